namespace ClaudeCluster.Runner;

/// <summary>What the command tells its caller. README.md documents these numbers.</summary>
internal enum ExitCode
{
    /// <summary>Done: there is a pull request, or the answer that was asked for.</summary>
    Done = 0,

    /// <summary>The flow ended without a pull request, or something failed that is no one's input.</summary>
    Failed = 1,

    /// <summary>The command line, a file or an event cannot be used.</summary>
    BadInput = 2,

    /// <summary>The machine lacks something: git, Claude Code, disk, permission, a hub file that is free.</summary>
    HostNotReady = 3,

    /// <summary>A person must answer or mend something; the comment says what.</summary>
    NeedsHuman = 4,

    /// <summary>The event does not ask for work, or its sender may not.</summary>
    NothingToDo = 5,

    /// <summary>Stopped by Ctrl-C or SIGTERM. Run it again and it goes on.</summary>
    Interrupted = 130,
}
