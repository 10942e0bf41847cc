/** The top of /docs: what a reader has to know before the first request. CommonMark. */
export const INTRODUCTION = `Controls charge points of OCPP 1.6, 2.0.1 and 2.1, shows what they report, and decides who may charge.

**Where to begin.** _Operations_ start, stop, limit or reset a charge point in the same way for every version. Below them are the
calls of every version by functional block (_OCPP …_): each sends its request unchanged.

**Token.** Everything under \`/api/v1\` needs \`Authorization: Bearer <token>\`. The first start prints a token that allows
everything, and saves it in \`data/operator-token\`; \`POST /api/v1/operator-tokens\` creates others with fewer scopes. Each
operation names the scope that it needs. _Authorize_ on this page adds a token to every request that you try out.
A browser may sign in with a token instead (\`POST /api/v1/sign-in\`), and then sends a cookie.

\`\`\`sh
curl http://127.0.0.1:3000/api/v1/charge-points -H "authorization: Bearer $(cat data/operator-token)"
\`\`\`

**Problems.** Every response with a status other than 2xx is \`application/problem+json\` (RFC 9457). Programs should use \`code\`, which is stable;
\`detail\` is for people; \`errors\` has JSON pointers to the faults in the body. A charge point that answers
\`Rejected\` is no problem: that is 200. 409 means that the charge point is not connected, or that its version does not support the request;
502 that it answered with a CALLERROR; 504 that it did not answer, and \`sent\` says whether it may have acted.

**Pages.** Lists have \`limit\` (1 to 1000, default 100) and \`nextCursor\`, which is the \`cursor\` of the next page. The last page has
no \`nextCursor\`. Items that are added or deleted meanwhile do not move others to another page.

**Later answers.** With \`Prefer: respond-async\` calls, bulk calls and reports are answered 202 at once; \`Location\` is the URL of
their outcome. \`respond-async, wait=5\` waits 5 seconds first (RFC 7240).

**Safe retries.** A POST that accepts an \`Idempotency-Key\` may be repeated with the same key after a lost response: it is carried
out once, and for 24 hours its repetitions get the same response.

**Limits.** 429 and 503 have \`Retry-After\`: the seconds until a retry. Requests are counted per token; requests with a wrong token, per
IP address.

Date-times are RFC 3339; those in answers are in UTC. Where a list has a time as a parameter, e.g. \`from\`, a date such as
\`2026-11-01\` means 00:00 UTC of that day.`
