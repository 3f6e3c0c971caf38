// The Durable Task API by its names in ClaudeCluster.DurableTask. No other file of this project says whose it is.
global using ClaudeCluster.DurableTask;
global using ClaudeCluster.DurableTask.Client;
