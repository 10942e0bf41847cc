import type { RegistrationStatus } from '../types/protocol.js'
import type { Charger } from './charger.js'
import { resumePulse, startClockAligned } from './metering.js'
import type { Task } from './scheduler.js'
import { forgetStatuses } from './statuses.js'
import type { BootReason } from './vocabulary.js'

const SECOND = 1000
/** Seconds between attempts to boot when the CSMS named no interval. [2.x B02.FR.07: the charger chooses] */
export const BOOT_RETRY = 30

/** The boot of a charger, what follows from its answer, and the heartbeat. */
export class Registration {
  /** Status in the last answer to a BootNotification. */
  status: RegistrationStatus | undefined
  readonly #charger: Charger
  #reason: BootReason = 'PowerUp'
  #isBooting = false
  /** Whether the next accepted boot is the first one after a restart. */
  #isRestarted = false
  #isStopped = false
  #retry: Task | undefined
  /** When the connection was lost. */
  #lostAt: number | undefined
  /** When the CSMS last answered that it does not know the charger. */
  #forgottenAt = Number.NEGATIVE_INFINITY
  #heartbeat: Task | undefined

  constructor(charger: Charger) {
    this.#charger = charger
  }

  get #bootsItself(): boolean {
    return this.#charger.options.bootsItself !== false
  }

  /** Sends BootNotification and follows its answer. */
  async boot(reason: BootReason = this.#reason): Promise<RegistrationStatus> {
    const charger = this.#charger
    const { status, interval } = await charger.dialect.boot(charger, reason).catch((error: unknown) => {
      this.#failed()
      throw error
    })
    this.status = status
    charger.emit('boot', { status, interval })
    if (status === 'Accepted') {
      this.#setHeartbeat(interval)
      // After a boot every connector reports its status, also one that has not changed. [1.6 §4.2; 2.x B01.FR.05]
      forgetStatuses(charger)
      this.#work()
      this.#resumeTransactions()
    } else if (this.#bootsItself) this.#bootAgain(interval || BOOT_RETRY)
    return status
  }

  /** The charger is connected: it continues to work, or boots first. */
  connected(): void {
    if (this.status === 'Accepted') {
      this.#forgetAfterLoss()
      this.#work()
    } else if (this.#bootsItself) this.#keepBooting()
  }

  disconnected(): void {
    this.#lostAt ??= this.#charger.time.now()
    this.#charger.time.cancel(this.#heartbeat)
  }

  /** The CSMS answered SecurityError: it no longer knows the charger and expects a new boot. [2.x B01.FR.10] */
  forgotten(): void {
    this.status = undefined
    const now = this.#charger.time.now()
    const isAgain = now - this.#forgottenAt < BOOT_RETRY * SECOND
    this.#forgottenAt = now
    if (!this.#bootsItself) return
    // Waits, because a CSMS may accept every boot and reject everything else.
    if (isAgain) this.#bootAgain(BOOT_RETRY)
    else this.#keepBooting()
  }

  /** Starts from the beginning, for `reason`. */
  restart(reason: BootReason): void {
    this.#isStopped = false
    this.#isRestarted = true
    this.status = undefined
    this.#reason = reason
  }

  stop(): void {
    this.#isStopped = true
    this.#charger.time.cancel(this.#heartbeat)
    this.#charger.time.cancel(this.#retry)
  }

  /** Schedules the next heartbeat; the interval is up to a tenth longer, so that a fleet does not beat in step. */
  beat(): void {
    const charger = this.#charger
    charger.time.cancel(this.#heartbeat)
    const interval = charger.number('heartbeatInterval')
    if (interval <= 0) return
    this.#heartbeat = charger.time.after(interval * SECOND * (1 + charger.random() / 10), () => {
      if (!charger.isOnline) return
      charger.background(charger.dialect.heartbeat(charger))
      this.beat()
    })
  }

  // Whether the CSMS accepted the charger is unknown: transaction messages wait for a boot that is answered.
  #failed(): void {
    if (this.#isStopped) return
    this.status = undefined
    if (this.#bootsItself) this.#bootAgain(BOOT_RETRY)
  }

  /** After a longer time without a connection every connector reports its status, not only one that has changed. [2.x B04.FR.01] */
  #forgetAfterLoss(): void {
    const charger = this.#charger
    const lostAt = this.#lostAt
    this.#lostAt = undefined
    if (lostAt === undefined) return
    if (charger.time.now() - lostAt >= charger.number('offlineThreshold') * SECOND) forgetStatuses(charger)
  }

  #keepBooting(): void {
    const charger = this.#charger
    if (this.#isBooting || !charger.client.connected) return
    this.#isBooting = true
    charger.time.cancel(this.#retry)
    this.boot().then(
      () => {
        this.#isBooting = false
      },
      (error: Error) => {
        this.#isBooting = false
        charger.emit('problem', { message: `BootNotification: ${error.message}` })
      }
    )
  }

  #bootAgain(seconds: number): void {
    const { time } = this.#charger
    time.cancel(this.#retry)
    this.#retry = time.after(seconds * SECOND, () => this.#keepBooting())
  }

  #setHeartbeat(interval: number): void {
    const { settings, dialect } = this.#charger
    const name = dialect.names.heartbeatInterval
    if (interval > 0 && settings.get(name) !== String(interval)) settings.force(name, String(interval))
  }

  /** The charger is accepted and connected: it reports changed statuses, and its timers run. */
  #work(): void {
    this.#charger.reportStatuses()
    this.beat()
    startClockAligned(this.#charger)
    resumePulse(this.#charger)
  }

  /** Reports the transactions that outlived a restart. [2.x E17] */
  #resumeTransactions(): void {
    if (!this.#isRestarted) return
    this.#isRestarted = false
    const charger = this.#charger
    for (const evse of charger.station.evses) {
      if (evse.transaction !== undefined) charger.dialect.updated(charger, evse, evse.transaction, 'TxResumed')
    }
  }
}
