// Loaded into the back-end by tests, with --expose-gc: tells them which memory is still needed, when they want to know.
process.on('SIGWINCH', () => {
  globalThis.gc()
  // What the first round has ended is freed by the second.
  setImmediate(() => {
    globalThis.gc()
    process.stderr.write(`memory ${JSON.stringify(process.memoryUsage())}\n`)
  })
})
