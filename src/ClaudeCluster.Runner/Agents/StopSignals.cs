using System.Runtime.InteropServices;

namespace ClaudeCluster.Runner;

/// <summary>Ctrl-C and SIGTERM: the first one asks for an orderly end, the second one for an end now, the third one is the system's.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _atOnce = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear)];

    /// <summary>Take nothing more.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Hand back what runs.</summary>
    public CancellationToken AtOnce => _atOnce.Token;

    /// <summary>As a second signal would.</summary>
    public void HandBack() => _atOnce.Cancel();

    /// <summary>As a first signal would.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        // Not the sources: a signal may be on its way.
    }

    private void Hear(PosixSignalContext signal)
    {
        signal.Cancel = !_atOnce.IsCancellationRequested;
        if (_stopping.IsCancellationRequested)
            _atOnce.Cancel();
        else
            _stopping.Cancel();
    }
}
