# syntax=docker/dockerfile:1

# --- builds: all dependencies, then dist/ ---
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/package.json src/
COPY dashboard/package.json dashboard/
RUN npm ci
COPY tsconfig.base.json tsconfig.json app.ts server.ts ./
COPY src/ src/
COPY lib/ lib/
COPY plugins/ plugins/
COPY routes/ routes/
COPY dashboard/ dashboard/
COPY scripts/build.mjs scripts/bundle.mjs scripts/dashboard.mjs scripts/command-line.ts scripts/db.ts scripts/tokens.ts scripts/
RUN npm run build

# --- runs: what it needs and no more, without npm's cache, a compiler's sources or root ---
FROM node:22-bookworm-slim AS run
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/package.json src/
COPY dashboard/package.json dashboard/
RUN npm ci --omit=dev && npm cache clean --force
COPY --from=build /app/src/dist/ src/dist/
COPY --from=build /app/dist/ dist/
RUN install --directory --owner=node --group=node --mode=700 /data
USER node
VOLUME /data
EXPOSE 3000
# SIGTERM drains, which takes up to 25 s: run with `--stop-timeout 30` or more.
STOPSIGNAL SIGTERM
# Whether the process answers, not whether its database does: to start it anew would not bring that back.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/server.js"]
