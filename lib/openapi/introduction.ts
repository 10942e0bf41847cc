/** The top of /docs: what a reader has to know before the first request. CommonMark. */
export const INTRODUCTION = `Controls charge points of OCPP 1.6, 2.0.1 and 2.1, shows what they report, and decides who may charge.

**Where to begin.** _Operations_ start, stop, limit or reset a charge point in the same way for every version. Below them, by
functional block (_OCPP …_), is every call of every version: a request that is sent unchanged.

**Token.** Everything under \`/api/v1\` needs \`Authorization: Bearer <token>\`. The first start prints a token that allows
everything, and saves it in \`data/operator-token\`; \`POST /api/v1/operator-tokens\` creates others with fewer scopes. Each
operation names the scope that it needs. _Authorize_ on this page adds a token to every request that you try out.

\`\`\`sh
curl http://127.0.0.1:3000/api/v1/charge-points -H "authorization: Bearer $(cat data/operator-token)"
\`\`\`

**Problems.** Every answer that is not 2xx is \`application/problem+json\` (RFC 9457). Programs should use \`code\`, which is stable;
\`detail\` is for people; \`errors\` has JSON pointers to the faults in the body. The answer of a charge point is no problem: its
\`Rejected\` comes with 200. 409 means that the charge point is not connected, or that its version does not support the request;
502 that it answered with a CALLERROR; 504 that it did not answer, and \`sent\` tells whether it may have acted.

**Pages.** Lists have \`limit\` (1 to 1000, default 100) and \`nextCursor\`, which is the \`cursor\` of the next page. The last page has
no \`nextCursor\`. Items that are added or deleted meanwhile move nothing between pages.

**Later answers.** With \`Prefer: respond-async\` calls, bulk calls and reports are answered 202 at once; \`Location\` is the URL of
their outcome. \`respond-async, wait=5\` waits 5 seconds first (RFC 7240).

**Safe retries.** A POST that accepts an \`Idempotency-Key\` may be repeated with the same key after a lost answer: it is carried
out once, and answered the same for 24 hours.

**Limits.** 429 and 503 have \`Retry-After\`: the seconds until a retry. Requests are counted by token, wrong tokens by address.

Date-times are RFC 3339; those in answers are in UTC. Where a list has a time as a parameter, e.g. \`from\`, a date such as
\`2026-11-01\` means 00:00 UTC of that day.`
