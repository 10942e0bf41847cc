export const strings = {
  title: 'Sign in',
  again: 'Sign in again',
  ended: 'Your sign-in has ended. Nothing that you typed is lost.',
  ends: (clock: string) => `Your sign-in ends at ${clock}.`,
  token: 'Operator token',
  where: 'The server printed it at its first start, and keeps it in the file operator-token of its data directory.',
  submit: 'Sign in',
  unknown: 'Unknown token',
  unreachable: 'The server does not answer.'
}
