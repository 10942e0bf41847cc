import { count } from '../../ui/format.js'

export const strings = {
  pemFile: 'From a file (PEM)',
  yes: 'Yes',
  no: 'No',
  notSent: 'Not sent',
  sendEmpty: 'Send an empty text',
  choose: 'Choose…',
  add: (name: string) => `Add ${name}`,
  remove: (name: string) => `Remove ${name}`,
  element: (name: string, number: number) => `${name} ${number}`,
  schedule: 'In words',
  period: (start: string, end: string | undefined, limit: string | undefined, phases: number | undefined) => {
    const when = end === undefined ? `From ${start}` : `${start} to ${end}`
    const on = phases === undefined ? '' : `, ${count(phases, 'phase')}`
    return `${when}: ${limit ?? 'no limit entered'}${on}`
  },
  startsAt: (elapsed = '0:00:00') => `Seconds: ${elapsed} after the start`,
  morePeriods: (number: number) => `and ${count(number, 'more period', 'more periods')}`,
  beginsLate: 'The first period must start at 0',
  notAfter: (number: number) => `Period ${number} does not start after the one before it`,
  afterEnd: (number: number) => `Period ${number} starts after the end of the schedule`,
  more: (number: number) => `More (${number})`,
  assumed: (value: string) => `Assumed when it is not sent: ${value}`,
  zone: (zone: string) => `Time in ${zone}; it is sent in UTC`,
  asJson: 'As JSON',
  asForm: 'As a form',
  json: 'The same as JSON',
  notJson: 'This is no JSON yet',
  others: 'The server said',
  send: 'Send'
}
