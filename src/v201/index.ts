export * from './actions.js'
export * from './messages.js'
export * from './types.js'
