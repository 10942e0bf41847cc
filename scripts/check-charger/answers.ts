import { ALL_PROTOCOLS, CallError, type Ocpp, type Protocol } from 'fastify-ocpp'

type Answer = (request: Record<string, unknown>, facts: Facts) => Record<string, unknown>

interface Facts {
  currentTime: string
  /** Seconds. */
  heartbeatInterval: number
  transactionId: number
}

const rejected: Answer = () => ({ status: 'Rejected' })
const failed: Answer = () => ({ status: 'Failed' })

/** Answers that have members, of all versions; every other message is answered with `{}`. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  BootNotification: (_, { currentTime, heartbeatInterval }) => ({
    status: 'Accepted',
    currentTime,
    interval: heartbeatInterval
  }),
  Heartbeat: (_, { currentTime }) => ({ currentTime }),
  StartTransaction: (_, { transactionId }) => ({ transactionId, idTagInfo: { status: 'Accepted' } }),
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  SignCertificate: rejected,
  NotifyEVChargingNeeds: rejected,
  NotifyEVChargingSchedule: () => ({ status: 'Accepted' }),
  OpenPeriodicEventStream: rejected,
  PullDynamicScheduleUpdate: rejected,
  GetCertificateStatus: failed,
  Get15118EVCertificate: () => ({ status: 'Failed', exiResponse: '' }),
  VatNumberValidation: ({ vatNumber }) => ({ status: 'Rejected', vatNumber: String(vatNumber) }),
  GetCertificateChainStatus: () => {
    throw new CallError('NotSupported', 'the checker has no certificates')
  }
}

export interface AnswerOptions {
  now(): number
  heartbeatInterval: number
  /** An answer that is known beforehand. */
  recorded(messageId: string): Record<string, unknown> | undefined
}

/** Answers every message of a charge point in every version. */
export function answerEverything(ocpp: Ocpp, { now, heartbeatInterval, recorded }: AnswerOptions): void {
  let transactionId = 0
  const answer = (protocol: Protocol, action: string, request: unknown, messageId: string) => {
    const known = recorded(messageId)
    if (known !== undefined) return known
    if (action === 'Authorize') return authorization(ocpp, protocol)
    const facts = { currentTime: new Date(now()).toISOString(), heartbeatInterval, transactionId }
    if (action === 'StartTransaction') facts.transactionId = ++transactionId
    return ANSWERS[action]?.((request ?? {}) as Record<string, unknown>, facts) ?? {}
  }
  for (const protocol of ALL_PROTOCOLS) {
    const version = [ocpp.v16, ocpp.v201, ocpp.v21].find((one) => one.protocol === protocol)
    version?.fallback((action: string, request: unknown, { messageId }: { messageId: string }) =>
      answer(protocol, action, request, messageId)
    )
  }
}

function authorization({ v16 }: Ocpp, protocol: Protocol): Record<string, unknown> {
  const accepted = { status: 'Accepted' }
  return protocol === v16.protocol ? { idTagInfo: accepted } : { idTokenInfo: accepted }
}
