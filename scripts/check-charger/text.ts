import type { CallOutcome } from './calls.js'
import type { Finding } from './findings.js'
import type { Report, SubjectReport } from './report.js'

/** The report for a reader. */
export function textOf({ startedAt, duration, chargePoints, refused }: Report): string {
  const head = `Report of ${startedAt}, ${duration.toFixed(1)} s`
  const bodies = chargePoints.map(textOn)
  const refusals = refused.map(
    ({ identity, status, asks, clause }) => `  ${identity ?? '?'}: HTTP ${status}: ${asks}${inBrackets(clause)}`
  )
  const none = chargePoints.length === 0 ? ['No charge point has connected.'] : []
  return [head, ...none, ...bodies, ...section('Refused upgrades', refusals)].join('\n\n')
}

function textOn(report: SubjectReport): string {
  const { identity, protocol, told, connections, messages, notSeen, calls, checks, findings, notes, traits } = report
  const { vendor = '?', model = '?', firmwareVersion = '?' } = told
  const seen = Object.entries(messages).map(([action, count]) => `${action} ${count}`)
  return [
    plain(`${identity} (${protocol}): ${vendor} ${model}, firmware ${firmwareVersion}, ${connections} connection(s)`),
    `Messages seen: ${plain(seen.join(', ')) || 'none'}\nNot seen: ${notSeen.join(', ') || 'nothing is missing'}`,
    ...section('Our calls', calls.map(callLine)),
    ...section(
      'Checks',
      checks.map(({ check, result, detail }) => `  ${result.padEnd(9)} ${check}${detail ? `: ${detail}` : ''}`)
    ),
    ...section('Found', findings.map(findingLine)),
    `Traits for PUT /api/v1/charge-points/${plain(identity)}:\n  ${JSON.stringify({ traits })}`,
    ...section(
      'To know',
      notes.map((note) => `  ${note}`)
    )
  ].join('\n\n')
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:\n${lines.map(plain).join('\n')}`]
}

function callLine({ call, outcome, detail, followed }: CallOutcome): string {
  const then = followed === undefined ? '' : followed ? ', and the message came' : ', but the message did not come'
  return `  ${call}: ${outcome}${detail === undefined ? '' : ` ${detail}`}${then}`
}

function findingLine({ level, count, rule, deviation, action, pointer, asks, clause, detail }: Finding): string {
  const what = [deviation ?? rule, action, pointer].filter((part) => part !== '').join(' ')
  const seen = detail === undefined ? '' : ` (${detail})`
  return `  ${level} ${count}x ${what}: ${asks}${seen}${inBrackets(clause)}`
}

/** Text of a charger as one line that a terminal only shows: control and format characters are replaced. (CWE-150) */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/** A clause behind a sentence; nothing when there is none. */
export function inBrackets(clause: string): string {
  return clause === '' ? '' : ` [${clause}]`
}
