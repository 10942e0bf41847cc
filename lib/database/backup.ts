import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

export interface BackupOptions {
  /** The SQLite file, which others may use meanwhile. */
  file: string
  target: string
  onProgress?: (percent: number) => void
}

const PROGRESS_INTERVAL_MS = 1_000

/** Runs beside this thread, because SQLite says nothing before it is done. */
const VACUUM = `
const { workerData } = require('node:worker_threads')
const Libsql = require(workerData.libsql)
const database = new Libsql(workerData.file)
database.pragma('busy_timeout = 10000')
database.prepare('vacuum into ?').run([workerData.target])
database.close()
`

/**
 * Copies a SQLite database as it is at one moment, without stopping whoever uses it. The copy appears under its name
 * when it is whole and on the disk.
 *
 * @throws Error when the target exists already, or there is no database
 */
export async function backup({ file, target, onProgress = () => undefined }: BackupOptions): Promise<void> {
  if (!existsSync(file)) throw new Error(`there is no database ${file}`)
  if (existsSync(target)) throw new Error(`${target} exists already`)
  const part = `${target}.part`
  await rm(part, { force: true })
  try {
    // Made first, because it holds credentials; SQLite takes an empty file for none.
    await writeFile(part, '', { mode: 0o600 })
    await vacuumInto(file, part, onProgress)
    await flush(part)
    await rename(part, target)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function vacuumInto(file: string, target: string, onProgress: (percent: number) => void): Promise<void> {
  const libsql = fileURLToPath(import.meta.resolve('libsql'))
  const worker = new Worker(VACUUM, { eval: true, execArgv: [], workerData: { file, target, libsql } })
  const total = statSync(file).size
  const timer = setInterval(() => {
    if (existsSync(target)) onProgress(Math.min(99, Math.floor((statSync(target).size / total) * 100)))
  }, PROGRESS_INTERVAL_MS)
  try {
    // An error of the worker rejects.
    await once(worker, 'exit')
  } finally {
    clearInterval(timer)
  }
  onProgress(100)
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
