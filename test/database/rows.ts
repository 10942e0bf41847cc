/** A row of the message log: the table with the fewest demands. */
export function message(action: string) {
  return {
    charge_point_id: 1,
    direction: 'in',
    message_type: 2,
    message_id: action,
    action,
    payload: '{}',
    created_at: 0
  } as const
}

/** A row of a table with a unique key, which is `key`. */
export function meta(key: string, value = '') {
  return { key, value }
}
