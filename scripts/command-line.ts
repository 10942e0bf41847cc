import { loadEnvFile } from 'node:process'
import { type Config, misspeltSettings, readConfig } from '../lib/settings/settings.js'

const WRONG_USAGE = 2

/** The command or its options are wrong; the message says how to use it. */
export class UsageError extends Error {}

export type Command = (config: Config, args: readonly string[]) => Promise<void>

/** Runs a command with the settings in the environment and in .env. The exit code is 2 for wrong usage, 1 for any other error. */
export async function runCommand(commands: Readonly<Record<string, Command>>, usage: string): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2)
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command === undefined) throw new UsageError(usage)
    readEnvFile()
    for (const { name, meant } of misspeltSettings(process.env)) {
      console.error(`Warning: unknown setting ${name}, probably misspelt${meant === undefined ? '' : ` for ${meant}`}`)
    }
    await command(readConfig(process.env), args)
  } catch (error) {
    const isUsage = error instanceof UsageError
    console.error(isUsage ? error.message : `Failed: ${error instanceof Error ? error.message : error}`)
    process.exitCode = isUsage ? WRONG_USAGE : 1
  }
}

function readEnvFile(): void {
  try {
    loadEnvFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
