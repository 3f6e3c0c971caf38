// The SDK is CommonJS; this is the one place that loads it.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const sdk = require('@microsoft/durabletask-js');
export const grpc = require('@grpc/grpc-js');

const logger = new sdk.NoOpLogger();
export const newClient = (more = {}) => new sdk.TaskHubGrpcClient({ hostAddress: process.env.HUB, logger, ...more });
export const newWorker = (more = {}) => new sdk.TaskHubGrpcWorker({ hostAddress: process.env.HUB, logger, ...more });
