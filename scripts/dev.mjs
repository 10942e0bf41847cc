// `npm run dev`: the back-end from its sources, started again whenever one of them changes, with the types checked
// beside it. Ends when either of them does, or with Ctrl+C.
import { spawn } from 'node:child_process'
import { env, root } from './tests/steps.mjs'

const commands = [
  { command: 'tsx', args: ['watch', '--conditions=source', 'server.ts'], signal: 'SIGTERM' },
  // The compiler ignores every other signal while it watches.
  { command: 'tsc', args: ['--project', 'test', '--watch', '--preserveWatchOutput'], signal: 'SIGKILL' }
]
// Each leads a group of processes, because what these commands start does not end with them.
const options = { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true }
const groups = commands.map(({ command, args, signal }) => ({ leader: spawn(command, args, options), signal }))

for (const { leader } of groups) {
  leader.once('exit', (code) => {
    process.exitCode ??= code ?? 1
    end()
  })
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end)

function end() {
  for (const { leader, signal } of groups) {
    if (leader.exitCode === null && leader.signalCode === null) process.kill(-leader.pid, signal)
  }
}
