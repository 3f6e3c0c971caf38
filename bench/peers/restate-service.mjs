// The handlers that Restate calls, in a process of their own: five local steps one after another, and a hundred at once.
import './polyfill.mjs';
import { endWithParent } from './lanes.mjs';

const restate = await import('@restatedev/restate-sdk');
endWithParent();

const plusOne = (ctx, number) => ctx.run('plusOne', async () => number + 1);

const bench = restate.service({
  name: 'bench',
  handlers: {
    seq5: async (ctx) => {
      let number = 0;
      for (let i = 0; i < 5; i++) number = await plusOne(ctx, number);
      return number;
    },
    fan100: async (ctx) => {
      const results = await restate.RestatePromise.all(Array.from({ length: 100 }, (_, i) => plusOne(ctx, i)));
      return results.reduce((sum, n) => sum + n, 0);
    },
  },
});

const port = Number(process.argv[2]);
await restate.serve({ services: [bench], port });
console.log('ready');
