/** Orders to the server: events to publish. */
export interface Order {
  /** Events a second. */
  rate: number
  count: number
}

/** How the server was when it had published. */
export interface Outcome {
  seconds: number
  /** User and system time of the process. */
  cpuSeconds: number
  /** Bytes. */
  rss: number
}
