/** Orders to the server: changes to commit and tell. */
export interface Order {
  /** Changes a second, each with one event. */
  rate: number
  count: number
  /** Receiver of the events; without one, the changes alone are measured. */
  url?: string
}

/** How the server was when everything was committed. */
export interface Outcome {
  seconds: number
  /** Milliseconds that commits took, waiting included: half of them less, all but one in a hundred less. */
  commitMs: { p50: number; p99: number }
  /** Bytes. */
  rss: number
}

/** User and system time of the process, in seconds, whenever it is asked for. */
export interface Usage {
  cpuSeconds: number
}
