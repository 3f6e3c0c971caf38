using ClaudeCluster.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.Agent;

/// <summary>Makes a worker an agent.</summary>
public static class AgentRegistration
{
    /// <summary>
    /// Adds <c>RunAgent:{specialty}</c> and <c>RunAgent:{specialty}@{agent}</c> for each of the agent's specialties. The worker's services
    /// must hold a <see cref="DurableTaskClient"/> and a <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="registry">The worker's.</param>
    /// <param name="options">The agent.</param>
    /// <param name="coder">Edits the code.</param>
    /// <param name="source">Where repositories are.</param>
    /// <param name="progress">Told what happens, for people.</param>
    public static DurableTaskRegistry AddAgent(
        this DurableTaskRegistry registry, AgentOptions options, ICoder coder, RepositorySource source, IProgress<string>? progress = null) =>
        registry.AddAgent(options, coder, source, new PlainDesk(progress));

    /// <inheritdoc cref="AddAgent(DurableTaskRegistry, AgentOptions, ICoder, RepositorySource, IProgress{string})"/>
    public static DurableTaskRegistry AddAgent(this DurableTaskRegistry registry, AgentOptions options, ICoder coder, RepositorySource source, IAttemptDesk desk)
    {
        AttemptStory? story = null;
        foreach (var specialty in options.Specialties)
        {
            registry.AddActivity(AgentAddress.Any(specialty), Create);
            registry.AddActivity(AgentAddress.Of(specialty, options.AgentId), Create);
        }
        return registry;

        RunAgent Create(IServiceProvider services)
        {
            var time = services.GetRequiredService<TimeProvider>();
            LazyInitializer.EnsureInitialized(ref story, () => Story(time));
            var logger = services.GetService<ILoggerFactory>()?.CreateLogger<RunAgent>() ?? NullLogger<RunAgent>.Instance as ILogger;
            return new RunAgent(options, services.GetRequiredService<DurableTaskClient>(), story, desk, time, logger);
        }

        // One for all attempts: what it knows of git and of the sandbox stays true.
        AttemptStory Story(TimeProvider time)
        {
            var git = new Git(options, time);
            return new AttemptStory(options, coder, new Workspaces(options, git, source, time), git, time);
        }
    }
}
