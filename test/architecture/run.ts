import { floatingPromises } from './promises.js'

const t = Date.now()
for (const f of floatingPromises()) console.log(f.rule.padEnd(10), f.place, f.text)
console.log(Date.now() - t)
