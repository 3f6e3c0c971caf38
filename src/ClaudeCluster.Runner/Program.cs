using ClaudeCluster.Runner;

return await CommandLine.RunAsync(args, HostEnvironment.OfThisProcess(), Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected);
