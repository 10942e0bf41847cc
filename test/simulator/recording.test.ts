import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from '../../src/simulator/cli/run.js'
import { IncompleteRecordingError, Recorder } from '../../src/simulator/recording.js'
import { ROOT } from '../support/root.js'
import { within } from '../support/wait.js'
import { startCsms } from './support.js'

/** A device on which every write fails as on a full disk. */
const FULL = '/dev/full'
const isThere = { skip: existsSync(FULL) ? false : `there is no ${FULL}` }
const scenario = `${ROOT}examples/scenarios/charge.json`

async function record(...argv: string[]): Promise<{ code: number; err: string }> {
  let err = ''
  const streams = { out: () => undefined, err: (text: string) => (err += text) }
  const running = run(['record', '--out', FULL, '--quiet', ...argv], {}, new AbortController().signal, streams)
  return { code: await within('the recording to end', running, 20_000), err }
}

for (const [what, argv] of [
  ['one charger', []],
  ['a fleet', ['--count', '2', '--ramp', '1ms']],
  ['a scenario', ['--scenario', scenario, '--speed', '6000']]
] as const) {
  test(`recording ${what} onto a full disk ends with an error`, isThere, async () => {
    const csms = await startCsms()
    const { code, err } = await record('--url', csms.url, ...argv)
    assert.equal(code, 1)
    assert.match(err, /the recording \/dev\/full is incomplete: ENOSPC/)
  })
}

test('the error of a run is reported in addition to that of its recording', isThere, async () => {
  const { code, err } = await record('--url', 'ws://127.0.0.1:1/ocpp')
  assert.equal(code, 1)
  assert.match(err, /cannot connect SIM-SOLO .*\n.*is incomplete: ENOSPC/)
})

test(
  'a recorder tells of a file that cannot be written any more at once, and again when it is closed',
  isThere,
  async () => {
    const recorder = await Recorder.open(FULL)
    await within(
      'the failure',
      new Promise((resolve) => {
        if (recorder.failed.aborted) resolve(undefined)
        recorder.failed.addEventListener('abort', resolve)
      })
    )
    await assert.rejects(recorder.close(), IncompleteRecordingError)
  }
)

test('closing a recorder of a file that can be written is no failure', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'recording-'))
  t.after(() => rm(directory, { recursive: true }))
  const recorder = await Recorder.open(join(directory, 'session.ndjson'))
  await recorder.close()
  assert.equal(recorder.failed.aborted, false)
})
