import { type Static, Type } from '@sinclair/typebox'
import { oneOf } from '../http/records.js'
import { textLike } from '../text-like.js'
import { dateTime, outcomeOf, refuse } from './common.js'
import { ask2, ask16, type Exchange, invalidRequest, notSupported } from './exchange.js'
import { type Lookup, operation } from './operation.js'

const LOCATION = textLike(
  // No backslash, because parsers disagree whether it ends the host.
  '^(?:https?|ftps?|sftp)://[^\\s/?#\\\\]+(?:[/?#][^\\s\\\\]*)?$',
  'must be a URL of http, https, ftp, ftps or sftp, without spaces and backslashes',
  {
    minLength: 1,
    maxLength: 2000,
    description:
      'URL that the charge point can reach: http, https, ftp, ftps or sftp. A password in it is shown nowhere'
  }
)

const RETRIES = {
  retries: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: 'Number of retries' })),
  retryInterval: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'Seconds between two attempts' })
  )
}

interface Retries {
  retries?: number
  retryInterval?: number
}

function retriesOf({ retries, retryInterval }: Retries): Retries {
  return { ...(retries !== undefined && { retries }), ...(retryInterval !== undefined && { retryInterval }) }
}

const REQUEST_ID = Type.Optional(
  Type.Integer({
    description: 'Request id of the status notifications that follow; in OCPP 1.6 only with the security extension'
  })
)

/** @throws `INVALID_OPERATION` if FILE_TRANSFER_HOSTS does not allow the host */
export function checkLocation(location: string, hosts: readonly string[] | undefined): void {
  const { hostname } = parseUrl(location)
  if (hosts === undefined || hosts.includes(hostname.toLowerCase())) return
  throw invalidRequest('FILE_TRANSFER_HOSTS does not allow the host of location')
}

function parseUrl(location: string): URL {
  try {
    return new URL(location)
  } catch {
    throw invalidRequest('location must be a URL')
  }
}

interface FileFacts {
  requestId: number
  now: string
}

async function fileFacts({ nextId, now, fileHosts }: Lookup, { location }: { location: string }): Promise<FileFacts> {
  checkLocation(location, fileHosts)
  return { requestId: nextId(), now: new Date(now).toISOString() }
}

async function firmwareFacts(lookup: Lookup, request: { location: string }): Promise<FileFacts> {
  checkScheme(request.location, lookup.traits.firmwareProtocols)
  return fileFacts(lookup, request)
}

/** @throws `INVALID_OPERATION` when the charge point cannot download from there, by what is known of it */
function checkScheme(location: string, schemes: readonly string[] | undefined): void {
  const scheme = parseUrl(location).protocol.slice(0, -1)
  if (schemes === undefined || schemes.includes(scheme)) return
  const usable = schemes.length === 0 ? 'none' : schemes.join(', ')
  throw invalidRequest(`the charge point cannot download firmware by ${scheme} (trait firmwareProtocols: ${usable})`)
}

// --- firmware ----------------------------------------------------------------------------------------------------

const FirmwareBody = Type.Object(
  {
    location: LOCATION,
    retrieveAt: Type.Optional(dateTime('Earliest time of the download. Default: now')),
    installAt: Type.Optional(dateTime('Earliest time of the installation; in OCPP 1.6 for signed firmware only')),
    ...RETRIES,
    signature: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 800,
        description: 'Signature of the firmware file in base64; needs signingCertificate'
      })
    ),
    signingCertificate: Type.Optional(
      Type.String({ minLength: 1, maxLength: 5500, description: 'Certificate of the signer as PEM; needs signature' })
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        location: 'https://files.example.com/firmware.bin',
        retrieveAt: '2099-12-31T23:00:00.000Z',
        retries: 3,
        retryInterval: 60
      }
    ]
  }
)
type FirmwareBody = Static<typeof FirmwareBody>

/** Both or none must be present. */
function signatureOf({ signature, signingCertificate }: FirmwareBody) {
  if (signature === undefined && signingCertificate === undefined) return undefined
  if (signature !== undefined && signingCertificate !== undefined) return { signature, signingCertificate }
  throw invalidRequest('give both signature and signingCertificate, or neither')
}

function* firmware16(request: FirmwareBody, { requestId, now }: FileFacts): Exchange {
  const { location, retrieveAt = now, installAt } = request
  const signed = signatureOf(request)
  if (signed !== undefined) {
    const firmware = {
      location,
      retrieveDateTime: retrieveAt,
      ...(installAt && { installDateTime: installAt }),
      ...signed
    }
    const answer = yield* ask16('SignedUpdateFirmware', { requestId, firmware, ...retriesOf(request) })
    return outcomeOf(answer, { requestId })
  }
  refuse('1.6', { installAt })
  yield* ask16('UpdateFirmware', { location, retrieveDate: retrieveAt, ...retriesOf(request) })
  return { status: 'accepted' }
}

function* firmware2(request: FirmwareBody, { requestId, now }: FileFacts) {
  const { location, retrieveAt = now, installAt } = request
  const answer = yield* ask2('UpdateFirmware', {
    requestId,
    firmware: {
      location,
      retrieveDateTime: retrieveAt,
      ...(installAt !== undefined && { installDateTime: installAt }),
      ...signatureOf(request)
    },
    ...retriesOf(request)
  })
  return outcomeOf(answer, { requestId })
}

export const updateFirmware = operation({
  summary: 'Update the firmware',
  description:
    'With signature and signingCertificate the charge point verifies the signer (OCPP 1.6: SignedUpdateFirmware). Status notifications show the progress. The reason AcceptedCanceled: the charge point cancelled an earlier update.',
  danger: 'interrupts',
  body: FirmwareBody,
  details: { requestId: REQUEST_ID },
  isQueueable: () => true,
  facts: firmwareFacts,
  rows: { v16: firmware16, v2: firmware2 }
})

// --- logs --------------------------------------------------------------------------------------------------------

const LOGS = ['diagnostics', 'security', 'data-collector'] as const
const LOGS_2 = { diagnostics: 'DiagnosticsLog', security: 'SecurityLog', 'data-collector': 'DataCollectorLog' } as const

export const LOG_MEMBERS = {
  log: Type.Optional(oneOf(LOGS, 'Default: diagnostics. data-collector: OCPP 2.1 only')),
  location: LOCATION,
  from: Type.Optional(dateTime('Time of the oldest entry')),
  to: Type.Optional(dateTime('Time of the latest entry')),
  ...RETRIES
}
const LogBody = Type.Object(LOG_MEMBERS, {
  additionalProperties: false,
  examples: [{ log: 'diagnostics', location: 'https://files.example.com/logs/', from: '2026-03-01T00:00:00.000Z' }]
})
type LogBody = Static<typeof LogBody>

/** Every charger with OCPP 1.6 has GetDiagnostics; GetLog needs the security extension. */
function* log16(request: LogBody, { requestId }: FileFacts): Exchange {
  const { log = 'diagnostics', location, from, to } = request
  if (log === 'data-collector') throw notSupported('OCPP 1.6 has no data collector log')
  if (log === 'security') {
    const answer = yield* ask16('GetLog', {
      log: parametersOf(request),
      logType: LOGS_2[log],
      requestId,
      ...retriesOf(request)
    })
    return outcomeOf(answer, { requestId, ...(answer.filename !== undefined && { fileName: answer.filename }) })
  }
  const { fileName } = yield* ask16('GetDiagnostics', {
    location,
    ...retriesOf(request),
    ...(from !== undefined && { startTime: from }),
    ...(to !== undefined && { stopTime: to })
  })
  // Without a file name there is nothing to upload. [1.6 §6.25]
  return fileName === undefined ? { status: 'not-found' } : { status: 'accepted', fileName }
}

function* log2(request: LogBody, { requestId }: FileFacts) {
  const answer = yield* ask2('GetLog', {
    log: parametersOf(request),
    logType: LOGS_2[request.log ?? 'diagnostics'],
    requestId,
    ...retriesOf(request)
  })
  return outcomeOf(answer, { requestId, ...(answer.filename !== undefined && { fileName: answer.filename }) })
}

function parametersOf({ location, from, to }: LogBody) {
  return {
    remoteLocation: location,
    ...(from !== undefined && { oldestTimestamp: from }),
    ...(to !== undefined && { latestTimestamp: to })
  }
}

export const uploadLog = operation({
  summary: 'Request the upload of a log',
  description:
    'Status notifications show the progress. `not-found`: an OCPP 1.6 charge point has no diagnostics. The reason AcceptedCanceled: the charge point cancelled an earlier upload.',
  body: LogBody,
  details: {
    requestId: REQUEST_ID,
    fileName: Type.Optional(Type.String({ description: 'Name of the uploaded file' }))
  },
  isQueueable: () => true,
  facts: fileFacts,
  rows: { v16: log16, v2: log2 }
})
