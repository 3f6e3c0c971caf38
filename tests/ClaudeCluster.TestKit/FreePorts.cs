using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ClaudeCluster.TestKit;

/// <summary>Ports for servers that must know theirs before they start, or come back on it.</summary>
/// <remarks>
/// None of them is one that Linux gives away by itself (32768 to 60999): such a port may be a connection of another test
/// before its server listens, which then finds its address in use.
/// </remarks>
public static class FreePorts
{
    public static int Take()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 32_000);
            try
            {
                using var probe = new TcpListener(IPAddress.Any, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }
}
