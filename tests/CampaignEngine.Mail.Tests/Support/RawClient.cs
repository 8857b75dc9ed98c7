using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CampaignEngine.Mail.Tests.Support;

/// <summary>Says exactly the bytes it is given.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public RawClient(int port) => _socket.Connect(IPAddress.Loopback, port);

    public void Say(string text) => Say(Encoding.Latin1.GetBytes(text));

    public void Say(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    /// <summary>Ends the sending side and gives everything the server says until it closes.</summary>
    public string Finish()
    {
        _socket.Shutdown(SocketShutdown.Send);
        _socket.ReceiveTimeout = 20_000;
        var all = new StringBuilder();
        var buffer = new byte[4096];
        int got;
        while ((got = Receive(buffer)) > 0)
        {
            all.Append(Encoding.UTF8.GetString(buffer, 0, got));
        }

        return all.ToString();
    }

    public void Dispose() => _socket.Dispose();

    private int Receive(byte[] buffer)
    {
        try
        {
            return _socket.Receive(buffer);
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}
