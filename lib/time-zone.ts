/** Whether a text is an IANA time zone, such as Europe/Berlin. */
export function isTimeZone(name: string): boolean {
  // Newer runtimes take offsets such as +01:00 as well, which know no summer time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
