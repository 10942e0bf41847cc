import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toCsv, wantsCsv } from '../../lib/http/csv.js'

describe('CSV', () => {
  it('has a header, CRLF at every end, and quotes where they are needed', () => {
    const rows = [{ a: 'x,y', b: 1.5 }, { a: 'say "hi"' }, { a: 'two\r\nlines', b: false }]
    assert.equal(toCsv(['a', 'b'], rows), 'a,b\r\n"x,y",1.5\r\n"say ""hi""",\r\n"two\r\nlines",false\r\n')
  })

  it('quotes every line break by itself, and nothing that needs no quotes', () => {
    const rows = ['a\rb', 'a\nb', 'a\r\nb', 'a b;c'].map((a) => ({ a }))
    assert.equal(toCsv(['a'], rows), 'a\r\n"a\rb"\r\n"a\nb"\r\n"a\r\nb"\r\na b;c\r\n')
  })

  it('shows formulas instead of running them, and leaves numbers alone', () => {
    const texts = ['=1+1', '+1', '-1', '@x', '\tx', 'a=b'].map((a) => ({ a }))
    assert.equal(toCsv(['a'], [...texts, { a: -1 }]), "a\r\n'=1+1\r\n'+1\r\n'-1\r\n'@x\r\n'\tx\r\na=b\r\n-1\r\n")
  })

  it('is sent to clients whose Accept names it and prefers it at least as much as JSON', () => {
    for (const accept of ['text/csv', 'TEXT/CSV; q=0.9, application/json;q=0.8', 'text/csv, */*']) {
      assert.equal(wantsCsv(accept), true, accept)
    }
    for (const accept of [undefined, '*/*', 'application/json', 'application/json, text/csv;q=0.5', 'text/csv;q=0']) {
      assert.equal(wantsCsv(accept), false, accept)
    }
  })
})
