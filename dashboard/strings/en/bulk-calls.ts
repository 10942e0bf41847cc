import { count } from '../../ui/format.js'

export const strings = {
  title: 'Calls to many',
  caption: 'Calls to many charge points, newest first',
  itemsCaption: 'Charge points with the outcome of their calls',
  toMany: (action: string) => `${action} to many`,
  filters: 'Filters',
  columns: {
    action: 'Action',
    chargePoint: 'Charge point',
    status: 'Status',
    operator: 'By',
    at: 'Time',
    ended: 'Ended',
    answer: 'Answer'
  },
  callStatuses: {
    queued: 'Waits',
    pending: 'Being sent',
    sent: 'Sent, no answer yet',
    answered: 'Answered',
    error: 'Error',
    timeout: 'No answer in time',
    failed: 'Not sent',
    unknown: 'Not known',
    cancelled: 'Cancelled',
    expired: 'Expired'
  },
  statuses: {
    running: 'Running',
    stopping: 'Stopping',
    completed: 'Done',
    stopped: 'Stopped',
    interrupted: 'Interrupted'
  },
  interrupted: 'The server ended before all calls were sent. The others were cancelled.',
  none: 'Nothing has been sent to many charge points yet',
  next: 'Select charge points in their list to call many at once.',
  request: 'Request',
  withheld: (scopes: readonly string[]) => `Hidden: your token does not have the scope ${scopes.join(', ')}.`,
  progress: (done: number, total: number) => `${done} of ${count(total, 'charge point')}`,
  stop: 'Stop…',
  stopTitle: 'Stop sending?',
  stopText: (number: number) =>
    `${count(number, 'call')} that did not go out yet will be cancelled. What was sent goes on, and its answer is shown.`,
  stopAction: 'Stop sending',
  repeat: (number: number) => `Repeat for ${number} failed`,
  repeatTitle: 'Repeat the failed ones?',
  repeatText: (action: string, number: number) => `${action} is sent again to ${count(number, 'charge point')}.`,
  hiddenParts: 'It cannot be repeated from here, because parts of its request are hidden.'
}
