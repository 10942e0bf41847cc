import type { ChargePoint, Page, Setting, Transaction } from '../../api/records.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { useQuery } from '../../ui/use-query.js'
import type { Suggestion, Suggestions } from '../context.js'

interface IdTokenItem {
  idToken: string
  status: string
  groupId?: string
  notes?: string
}

/** Names of members with the same suggestions. */
const ID_TOKENS = ['idToken', 'idTag', 'stopIdToken', 'idTokens'] as const

/**
 * Known values for the members of requests to a charge point: its EVSEs, open transactions and settings with their
 * present values, and the id tokens.
 */
export function useSuggestions(chargePoint: string | undefined): Suggestions {
  const { session } = useApp()
  const path = chargePoint === undefined ? undefined : `/charge-points/${encodeURIComponent(chargePoint)}`
  const one = useQuery<ChargePoint>(path, { include: 'connectors' })
  const variables = useQuery<Page<Setting>>(path && `${path}/variables`, { limit: 1_000 })
  const idTokens = useQuery<Page<IdTokenItem>>(session.may('id-tokens:read') ? '/id-tokens' : undefined, { limit: 200 })
  const open = useQuery<Page<Transaction>>(
    session.may('transactions:read') && chargePoint !== undefined ? '/transactions' : undefined,
    { chargePoint, status: 'open' }
  )
  const connectors = one.data.value?.connectors ?? []
  const settings = variables.data.value?.items ?? []
  const evses = connectors.flatMap(({ evseId, state }) =>
    evseId === undefined ? [] : [{ value: String(evseId), label: common.states[state] }]
  )
  const known: Record<string, readonly Suggestion[]> = {
    evseId: evses,
    'evse/id': evses,
    transactionId: (open.data.value?.items ?? []).map(transactionOf),
    'component/name': [...new Set(settings.flatMap(({ component }) => component?.name ?? []))].map((value) => ({
      value
    })),
    'variable/name': settings.flatMap(variableOf2),
    connectorId: connectors.flatMap(({ connectorId, state }) =>
      connectorId === undefined ? [] : [{ value: String(connectorId), label: common.states[state] }]
    ),
    key: settings.flatMap(variableOf)
  }
  const cards = (idTokens.data.value?.items ?? []).map(({ idToken, status, groupId, notes }) => ({
    value: idToken,
    label: [status, groupId, notes].filter((part) => part !== undefined).join(', ')
  }))
  for (const name of ID_TOKENS) known[name] = cards
  return Object.fromEntries(Object.entries(known).filter(([, all]) => all.length > 0))
}

/** A key of OCPP 1.6 with its present value. */
function variableOf({ key, value }: Setting): Suggestion[] {
  return key === undefined ? [] : [{ value: key, ...(value !== undefined && { label: value }) }]
}

/** A variable of OCPP 2.x with its component and its present value. */
function variableOf2({ component, variable, value }: Setting): Suggestion[] {
  if (variable === undefined) return []
  return [{ value: variable.name, label: [component?.name, value].filter((part) => part !== undefined).join(': ') }]
}

/** An open transaction, by the id that the charge point knows. */
function transactionOf({ transactionId, evseId, connectorId, idToken }: Transaction): Suggestion {
  return {
    value: transactionId,
    label: [evseId ?? connectorId, idToken].filter((part) => part !== undefined).join(', ')
  }
}
