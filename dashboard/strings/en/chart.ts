export const strings = {
  asTable: 'As a table',
  time: 'Time',
  empty: (name: string) => `${name}: nothing was reported.`,
  sentence: (name: string, { last, min, max, at }: { last: string; min: string; max: string; at: string }) =>
    `${name}: ${last} at last, between ${min} and ${max}, highest at ${at}.`
}
