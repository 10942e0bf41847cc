// Runs a script once for each command line given, in one process: { "script": "…/db.js", "lines": [{ "args", "env" }] }.
// Writes one JSON line for each: { "code", "output" }. Starting a process costs far more than what most commands do.
const { script, lines } = JSON.parse(process.argv[2])
const write = process.stdout.write.bind(process.stdout)
const outcomes = []
for (const [index, { args, env }] of lines.entries()) {
  let output = ''
  const collect = (text) => {
    output += text
    return true
  }
  process.stdout.write = collect
  process.stderr.write = collect
  process.argv = [process.execPath, script, ...args]
  process.exitCode = 0
  Object.assign(process.env, env)
  await import(`${script}?${index}`)
  outcomes.push({ code: process.exitCode, output })
  for (const name of Object.keys(env)) delete process.env[name]
}
process.exitCode = 0
write(JSON.stringify(outcomes))
