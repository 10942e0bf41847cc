export type { OperatorRoute, OperatorRoutesOptions } from './plugin.js'
export { operatorRoutes as default } from './plugin.js'
export { type Problem, type ProblemError, problem, problemHandler } from './problem.js'
