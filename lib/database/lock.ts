import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Libsql from 'libsql'
import { provideThreads } from './threads.js'

/** Another process has the database open. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
}

/** A lock that is held until it is released or the process ends, even by kill -9. */
export interface Lock {
  release(): void
}

/**
 * Makes sure that one process at a time uses a SQLite file: two would answer chargers from two different memories.
 * The lock is the operating system's own, on an empty database beside it; none is left behind after kill -9.
 *
 * @throws LockedError
 */
export function lockFile(file: string): Lock {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const path = `${file}.lock`
  provideThreads()
  const lock = new Libsql(path)
  try {
    // This transaction never ends: it holds the lock.
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') throw inUse(file, holderOf(path))
    throw error
  }
  writeFileSync(`${path}.pid`, `${process.pid}\n`)
  const release = () => {
    if (!lock.open) return
    lock.exec('rollback')
    lock.close()
  }
  return { release }
}

function inUse(file: string, holder: string): LockedError {
  return new LockedError(
    `${file} is in use by another process${holder === '' ? '' : ` (pid ${holder})`}; stop that one first`
  )
}

/** Process that holds the lock, by its own word; the number itself locks nothing. */
function holderOf(path: string): string {
  try {
    return readFileSync(`${path}.pid`, 'utf8').trim()
  } catch {
    return ''
  }
}
