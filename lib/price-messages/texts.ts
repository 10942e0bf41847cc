import { type ChargePoint, validatePayload } from 'fastify-ocpp'
import type { Reader } from '../events/scope.js'
import type { TariffNews } from '../ledger/event.js'
import type { TariffVersion } from '../ledger/snapshot.js'
import { tariffAhead } from '../ledger/which-tariff.js'
import { type RenderFacts, render } from '../money/render.js'
import type { TariffDocument } from '../money/tariff.js'
import { type Message, messagesOf } from '../money/text.js'
import type { PriceFactsBook } from './facts.js'

// Tariffs in the answers to charge points of 2.x. [2.x I01, I06; 2.1 I08]

export interface PriceTextsOptions {
  db: Reader
  facts: PriceFactsBook
  /** Languages of the operator, the most usual first. */
  languages: readonly string[]
  chargePointId(identity: string): Promise<number>
}

interface Driver {
  idToken: string
  type?: string | undefined
  /** Of the driver. */
  language?: string | undefined
}

type Connection = Pick<ChargePoint, 'identity' | 'protocol' | 'log'>
type AddPrices = (response: object, news: TariffNews) => object

/** An answer about an id token that was accepted; others say nothing of prices. */
interface Answer {
  idTokenInfo?: { status: string; language1?: string }
}

export class PriceTexts {
  readonly #options: PriceTextsOptions
  /** Connections whose text was too long: one line in the log is enough. */
  readonly #tooLong = new WeakSet<Connection>()

  constructor(options: PriceTextsOptions) {
    this.#options = options
  }

  /**
   * The answer to Authorize with the tariff of the driver: as text if the charge point shows texts, and as a tariff if it
   * calculates costs itself. Without either if the tariff depends on the EVSE. Never rejects: an answer without a price is
   * better than none. [2.x I01; 2.1 I08]
   */
  async withTariff<A extends Answer>(chargePoint: Connection, answer: A, driver: Driver): Promise<A> {
    try {
      const { db, facts, chargePointId } = this.#options
      const { showsTariffs, takes } = await facts.of(chargePoint)
      if (answer.idTokenInfo?.status !== 'Accepted' || !(showsTariffs || takes !== undefined)) return answer
      const { idToken, type } = driver
      const tariff = await tariffAhead(db, {
        chargePointId: await chargePointId(chargePoint.identity),
        idToken,
        at: Date.now(),
        ...(type !== undefined && { idTokenType: type })
      })
      if (tariff === undefined) return answer
      const priced = takes === undefined ? answer : this.#withDriverTariff(chargePoint, answer, { tariff, takes })
      if (!showsTariffs) return priced
      const personalMessage = this.#message(tariff.document, driver.language)
      const full = { ...priced, idTokenInfo: { ...answer.idTokenInfo, personalMessage } }
      return this.#fitting(chargePoint, 'Authorize', [priced, full])
    } catch (err) {
      chargePoint.log.warn({ err }, 'could not look up the tariff: the answer goes without its text')
      return answer
    }
  }

  /** A tariff that the charge point cannot take is not sent: then the back-end alone calculates. [2.1 I08.FR.01, I08.FR.34] */
  #withDriverTariff<A extends object>(
    chargePoint: Connection,
    answer: A,
    { tariff: { id, document }, takes }: { tariff: TariffVersion; takes: RenderFacts }
  ): A {
    const rendered = render({ id, document }, takes, 'driver')
    if ('tariff' in rendered) {
      return this.#fitting(chargePoint, 'Authorize', [answer, { ...answer, tariff: rendered.tariff }])
    }
    const { problems } = rendered
    chargePoint.log.info({ tariff: id, problems }, 'the charge point cannot take the tariff: it calculates without it')
    return answer
  }

  /**
   * The function that adds the text of a tariff to the answer to a TransactionEvent; `undefined` if the charge point
   * shows none. Never rejects.
   */
  async adderFor(chargePoint: Connection): Promise<AddPrices | undefined> {
    try {
      if (!(await this.#options.facts.of(chargePoint)).showsTariffs) return undefined
    } catch (err) {
      chargePoint.log.warn({ err }, 'could not look up whether the charge point shows tariffs')
      return undefined
    }
    return (response, news) => this.#withNews(chargePoint, response, news)
  }

  #withNews(chargePoint: Connection, response: Answer, { tariff, reason }: TariffNews): object {
    const { idTokenInfo } = response
    const message = this.#message(tariff, idTokenInfo?.language1)
    if (reason === 'changed') {
      const told: object = { ...response, updatedPersonalMessage: message }
      return this.#fitting<object>(chargePoint, 'TransactionEvent', [response, told])
    }
    if (idTokenInfo?.status !== 'Accepted') return response
    const told = { ...response, idTokenInfo: { ...idTokenInfo, personalMessage: message } }
    return this.#fitting(chargePoint, 'TransactionEvent', [response, told])
  }

  #message(tariff: TariffDocument, language: string | undefined): Message {
    const { languages } = this.#options
    return messagesOf(tariff, language === undefined ? languages : [language, ...languages])[0]
  }

  /** The answer with the text, unless the text is too long for the version: part of a price would be a wrong price. */
  #fitting<A extends object>(chargePoint: Connection, action: string, [without, full]: readonly [A, A]): A {
    const violation = validatePayload(chargePoint.protocol, action, 'response', full)
    if (violation === undefined) return full
    if (!this.#tooLong.has(chargePoint)) {
      this.#tooLong.add(chargePoint)
      const { pointer, message } = violation
      chargePoint.log.warn({ pointer, message }, 'the tariff does not fit into the answer, which goes without it')
    }
    return without
  }
}
