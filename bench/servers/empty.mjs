import Fastify from 'fastify'

// What the start of the back-end is compared with.
await Fastify().listen({ port: Number(process.env.PORT), host: '0.0.0.0' })
