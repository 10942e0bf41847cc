export const strings = {
  messages: {
    title: 'Messages',
    caption: 'OCPP messages, the newest first',
    off: 'The log is off: the setting MESSAGE_LOG of the server is false.',
    none: 'No message yet',
    follow: 'Follow',
    following: 'Following',
    newOnes: (number: number) => `${number} new`,
    in: 'From the charge point',
    out: 'To the charge point',
    errors: 'Errors only',
    filters: 'Filters',
    messageId: 'Message id',
    action: 'Action',
    text: 'Part of the payload',
    from: 'From',
    to: 'To',
    exportNdjson: 'NDJSON',
    exportCsv: 'CSV',
    columns: {
      at: 'Time',
      direction: 'Direction',
      kind: 'Kind',
      action: 'Action',
      duration: 'Duration',
      payload: 'Payload'
    },
    kinds: {
      0: 'no OCPP message',
      2: 'CALL',
      3: 'CALLRESULT',
      4: 'CALLERROR',
      5: 'CALLRESULTERROR',
      6: 'SEND'
    } as Readonly<Record<number, string>>,
    open: 'Show the pair',
    close: 'Hide the pair',
    request: 'Request',
    answer: 'Answer',
    noAnswer: 'No answer in the log',
    noRequest: 'No request in the log',
    copyJson: 'Copy as JSON',
    copyFrame: 'Copy as frame'
  },
  calls: {
    title: 'Calls',
    caption: 'Calls, the newest first',
    none: 'Nobody has called anything yet',
    columns: {
      at: 'Time',
      chargePoint: 'Charge point',
      action: 'Action',
      status: 'Status',
      operator: 'By',
      duration: 'Duration'
    },
    cancel: 'Cancel',
    repeat: 'Repeat',
    status: 'Status',
    request: 'Request',
    response: 'Answer',
    start: 'Remote start',
    expires: 'Expires',
    sent: 'Sent',
    answered: 'Answered',
    backend: 'the back-end',
    error: 'Error'
  },
  connections: {
    title: 'Connections',
    caption: 'Connections, the newest first',
    none: 'No connection yet',
    columns: {
      from: 'Connected',
      to: 'Until',
      length: 'Length',
      protocol: 'Version',
      profile: 'Security profile',
      address: 'Address',
      reason: 'Ended by'
    },
    present: 'now'
  },
  certificates: {
    title: 'Certificates',
    caption: 'Certificates of the charge point',
    none: 'Made when the charge point asks for one.',
    renew: 'Ask it to renew',
    columns: { type: 'Use', subject: 'Subject', expires: 'Expires', serial: 'Serial number', status: 'Status' }
  },
  state: {
    title: 'State',
    none: 'Nothing is stored here.',
    blocks: 'Everything that is stored about the charge point'
  }
}
