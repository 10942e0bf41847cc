import Fastify from 'fastify'

// Baseline for the start of the back-end.
await Fastify().listen({ port: Number(process.env.PORT), host: '0.0.0.0' })
