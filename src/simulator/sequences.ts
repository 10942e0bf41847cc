import type { Charger } from './charger.js'

// Firmware updates and log uploads: the charger reports their states, but never opens a URL.

const SECOND = 1000
/** Simulated seconds between two steps. */
const STEP_TIME = 5

const REBOOT = 'reboot'

const UPDATE = ['Downloading', 'Downloaded', 'Installing', REBOOT, 'Installed'] as const
const SIGNED_UPDATE = [
  'Downloading',
  'Downloaded',
  'SignatureVerified',
  'Installing',
  'InstallRebooting',
  REBOOT,
  'Installed'
] as const
const FAILED_DOWNLOAD = ['Downloading', 'DownloadFailed'] as const
const PUBLICATION = ['Downloading', 'Downloaded', 'ChecksumVerified', 'Published'] as const

/** Hosts that never exist; a transfer from or to them fails. [RFC 2606 §2] */
const NOWHERE = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?[^/]*\.invalid(?:[:/]|$)/i

export function isNowhere(location: string): boolean {
  return NOWHERE.test(location)
}

interface FirmwareUpdate {
  location: string
  /** Milliseconds since the epoch; a time in the past means at once. */
  retrieveAt: number
  isSigned: boolean
  requestId: number | undefined
}

/** Simulates a firmware update from the download to the reboot. */
export function updateFirmware(charger: Charger, { location, retrieveAt, isSigned, requestId }: FirmwareUpdate): void {
  const steps = isNowhere(location) ? FAILED_DOWNLOAD : isSigned ? SIGNED_UPDATE : UPDATE
  charger.time.at(Math.max(retrieveAt, charger.time.now()), () => play(charger, steps, requestId))
}

function play(charger: Charger, [step, ...rest]: readonly string[], requestId: number | undefined): void {
  if (step === undefined) return
  const next = () => charger.time.after(STEP_TIME * SECOND, () => play(charger, rest, requestId))
  if (step === REBOOT) {
    charger.firmware = nextVersion(charger.firmware)
    charger.background(charger.reboot('FirmwareUpdate'))
    whenOnline(charger, () => play(charger, rest, requestId))
    return
  }
  charger.firmwareStatus = step
  charger.emit('firmware', { status: step })
  if (charger.isOnline) charger.background(charger.dialect.firmwareStatus(charger, step, requestId))
  next()
}

/** Maximum number of checks whether the charger is online again. */
const ATTEMPTS = 1000

function whenOnline(charger: Charger, then: () => void, attempts = ATTEMPTS): void {
  charger.time.after(STEP_TIME * SECOND, () => {
    if (charger.isOnline) then()
    else if (attempts > 0) whenOnline(charger, then, attempts - 1)
  })
}

/** Simulates the publication of a firmware by a local controller. */
export function publishFirmware(charger: Charger, notify: (status: string) => Promise<unknown>): void {
  steps(charger, PUBLICATION, notify)
}

/** Simulates a log upload. Returns whether it replaced another upload. */
export function uploadLog(charger: Charger, location: string, notify: (status: string) => Promise<unknown>): boolean {
  const replaces = charger.logStatus === 'Uploading'
  charger.time.cancel(charger.tasks.log)
  charger.logStatus = 'Uploading'
  charger.afterwards(() => notify('Uploading'))
  charger.tasks.log = charger.time.after(STEP_TIME * SECOND, () => {
    charger.logStatus = 'Idle'
    if (charger.isOnline) charger.background(notify(isNowhere(location) ? 'failed' : 'Uploaded'))
  })
  return replaces
}

function steps(
  charger: Charger,
  [step, ...rest]: readonly string[],
  notify: (status: string) => Promise<unknown>
): void {
  if (step === undefined) return
  charger.time.after(STEP_TIME * SECOND, () => {
    if (charger.isOnline) charger.background(notify(step))
    steps(charger, rest, notify)
  })
}

function nextVersion(version: string): string {
  const [major = '1', minor = '0', patch = '0'] = version.split('.')
  return `${major}.${minor}.${Number(patch) + 1}`
}
