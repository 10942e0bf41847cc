/** What a reader has to know before the first request: the top of /docs. CommonMark. */
export const INTRODUCTION = `Charge points of OCPP 1.6, 2.0.1 and 2.1: what they are asked, what they tell, and who may charge.

**Where to begin.** _Operations_ say start, stop, limit or reset the same way to every version. Below, by functional block
(_OCPP …_), is every call of every version as one request that goes out as it is.

**Token.** Everything under \`/api/v1\` needs \`Authorization: Bearer <token>\`. The first start prints one that may do everything
and keeps it in \`data/operator-token\`; \`POST /api/v1/operator-tokens\` makes others with fewer scopes. Each operation names the
scope that it needs. _Authorize_ on this page sends a token along with every request that you try out.

\`\`\`sh
curl http://127.0.0.1:3000/api/v1/charge-points -H "authorization: Bearer $(cat data/operator-token)"
\`\`\`

**Problems.** What is not 2xx is \`application/problem+json\` (RFC 9457). Decide by \`code\`, which is stable; \`detail\` is for
people; \`errors\` has JSON pointers to what is wrong in the body. What a charge point answers is no problem: its \`Rejected\` comes
with 200. 409 is a charge point that is not connected, or a version without words for it; 502 one that answered with a CALLERROR;
504 one that did not answer, and \`sent\` tells whether it may have acted.

**Pages.** Lists have \`limit\` (1 to 1000, else 100) and \`nextCursor\`, which is the \`cursor\` of the next page; without it the page
is the last. Nothing that comes or goes meanwhile moves anything between pages.

**Later answers.** With \`Prefer: respond-async\` calls, calls to many and reports are answered 202 at once; \`Location\` is where to
look for what becomes of them. \`respond-async, wait=5\` waits 5 seconds first (RFC 7240).

**Again, but once.** With an \`Idempotency-Key\` of your own a POST that takes one may be repeated after a lost answer: it is carried
out once, and answered the same for 24 hours.

**Limits.** 429 and 503 say in \`Retry-After\` after how many seconds to come back. Requests are counted by token, wrong tokens by
address.

Date-times are RFC 3339; those that we answer are in UTC. Where a list takes a moment, e.g. \`from\`, a date such as
\`2026-11-01\` is 00:00 UTC of that day.`
