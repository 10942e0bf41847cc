export const strings = {
  pemFile: 'From a file (PEM)',
  yes: 'Yes',
  no: 'No',
  notSent: 'Not sent',
  choose: 'Choose…',
  add: (name: string) => `Add ${name}`,
  removeElement: (name: string, number: number) => `Remove ${name} ${number}`,
  element: (name: string, number: number) => `${name} ${number}`,
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
