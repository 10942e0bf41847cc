import { type Static, Type } from '@sinclair/typebox'
import { InvalidResponseError, type Protocol, versionInfo } from 'fastify-ocpp'
import { generatePassword, isHexKey } from '../charge-points/credential.js'
import { ProblemError } from '../problem-error.js'
import { textLike } from '../text-like.js'
import { outcomeOf } from './common.js'
import { ask2, ask16, notSupported, type Outcome, type Step } from './exchange.js'
import { type Lookup, operation } from './operation.js'

const Body = Type.Object(
  {
    password: Type.Optional(
      textLike('^[\\x20-\\x7e]+$', 'must consist of printable ASCII characters', {
        minLength: 16,
        maxLength: 64,
        description:
          'OCPP 1.6: 32 to 40 hexadecimal digits, or 16 to 20 characters; OCPP 2.0.1: at most 40 characters. Default, and recommended: a random one'
      })
    ),
    show: Type.Optional(
      Type.Boolean({
        description: 'Whether the answer shows the random password, which is stored only as a hash. Default: false'
      })
    )
  },
  { additionalProperties: false, examples: [{ show: true }] }
)
type Body = Static<typeof Body>

interface PasswordFacts {
  protocol: Protocol
  password: string
  /** The password was sent, and it is unknown whether the charge point accepted it. */
  onLost: () => void
}

/** Connections over which a password was sent whose answer was lost. */
const undecided = new WeakSet<object>()

async function passwordFacts({ protocol, connection }: Lookup, { password }: Body): Promise<PasswordFacts> {
  // Two passwords are valid at a time, so a third one could lock the charge point out. [A01.FR.03/04]
  if (undecided.has(connection)) {
    throw new ProblemError(
      409,
      'PASSWORD_UNDECIDED',
      'an earlier password got no answer: whether it is in use is unknown until the charge point connects again'
    )
  }
  return { protocol, password: password ?? generatePassword(), onLost: () => undecided.add(connection) }
}

function checkPassword({ protocol, password }: PasswordFacts): void {
  const { name, maxPasswordLength, hasHexadecimalKey } = versionInfo(protocol)
  if (password.length <= maxPasswordLength || (hasHexadecimalKey && isHexKey(password))) return
  const hex = hasHexadecimalKey ? ', or 32 to 40 hexadecimal digits' : ''
  throw notSupported(`a password of ${name} has 16 to ${maxPasswordLength} characters${hex}`)
}

/** Sends the password. The new and the previous one are both valid until the answer arrives or the new one is used. */
function* sent<T>(exchange: Generator<Step, T, unknown>, facts: PasswordFacts): Generator<Step, T, unknown> {
  checkPassword(facts)
  try {
    return yield* exchange
  } catch (error) {
    if (isLost(error)) facts.onLost()
    throw error
  }
}

/**
 * Whether the charge point may have accepted the password. It cannot have if the call was never sent, e.g. because the
 * queue was full.
 */
function isLost(error: unknown): boolean {
  return error instanceof InvalidResponseError || (error as { sent?: boolean }).sent === true
}

function told({ password: given, show }: Body, { password }: PasswordFacts, outcome: Outcome): Outcome {
  const isTaken = outcome.status === 'accepted' || outcome.status === 'reboot-required'
  return isTaken && given === undefined && show === true ? { ...outcome, password } : outcome
}

function* password16(request: Body, facts: PasswordFacts) {
  const call = ask16('ChangeConfiguration', { key: 'AuthorizationKey', value: facts.password })
  return told(request, facts, outcomeOf(yield* sent(call, facts)))
}

function* password2(request: Body, facts: PasswordFacts) {
  const setVariableData = [
    {
      component: { name: 'SecurityCtrlr' },
      variable: { name: 'BasicAuthPassword' },
      attributeValue: facts.password
    }
  ]
  const { setVariableResult } = yield* sent(ask2('SetVariables', { setVariableData }), facts)
  const { attributeStatus = 'Rejected', attributeStatusInfo } = setVariableResult[0] ?? {}
  const answer = { status: attributeStatus, ...(attributeStatusInfo && { statusInfo: attributeStatusInfo }) }
  return told(request, facts, outcomeOf(answer))
}

export const setPassword = operation({
  summary: 'Set the password of a charge point',
  description:
    'Only the new password is valid after the charge point has accepted it, and only the old one after it has rejected it. After `reboot-required`, or without an answer, both are valid until the charge point connects with the new one.',
  danger: 'destroys',
  body: Body,
  details: {
    password: Type.Optional(Type.String({ description: 'With `show`: the random password. It is never shown again' }))
  },
  isExclusive: true,
  facts: passwordFacts,
  rows: { v16: password16, v2: password2 }
})
