// The configuration in TypeScript, with a layer of the service itself.
const configuration = {
  service: 'typescript',
  provider: { name: 'aws', runtime: 'python3.11' as const, region: 'eu-west-1' },
  plugins: ['serverless-hopscope'], // hopscope
  custom: { hopscope: { keys: { order_id: ['body.orderId'] } } }, // hopscope
  functions: {
    place: { handler: 'handlers.handle', events: [{ httpApi: 'POST /orders' }] },
  },
};

module.exports = configuration;
