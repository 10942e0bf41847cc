// Loaded into the back-end by tests: a fault that no handler is to blame for, when they want it.
process.on('SIGWINCH', () => {
  throw new Error('thrown by the test')
})
process.on('SIGIO', () => {
  Promise.reject(new Error('rejected by the test'))
})
