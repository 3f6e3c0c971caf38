// The Durable Task API by its names in Microsoft's packages: -p:DurableTaskSdk=Microsoft takes this file instead of ClaudeCluster.cs.
global using Microsoft.DurableTask;
global using Microsoft.DurableTask.Client;
