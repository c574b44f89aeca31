using System.Net;
using PerfGate.Core.Admission;
using PerfGate.K6.Http;
using PerfGate.K6.Options;

namespace PerfGate.Tests.K6;

public sealed class DialerTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:a00:1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:a00:1::")]
    [InlineData("::10.0.0.1")]
    [InlineData("fe80::1")]
    public void It_connects_to_nothing_that_the_rules_forbid_however_the_address_is_written(string address)
    {
        var dialer = new Dialer(
            new TestOptions
            {
                BlacklistIPs = [.. new TargetRules().Forbidden.Select(network => IPNetwork.Parse(network))],
                Hosts = new Dictionary<string, string> { ["shop.example"] = address },
            }
        );

        foreach (var host in new[] { address, $"[{address}]", "shop.example" })
        {
            var refused = Assert.Throws<DialException>(() => dialer.Resolve(new DnsEndPoint(host, 80)));
            Assert.Equal(1110, refused.Code);
        }
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("::ffff:93.184.216.34")]
    [InlineData("2606:2800:220:1::1")]
    public void It_connects_to_what_they_do_not(string address)
    {
        var dialer = new Dialer(
            new TestOptions
            {
                BlacklistIPs = [.. new TargetRules().Forbidden.Select(network => IPNetwork.Parse(network))],
            }
        );

        Assert.Equal(IPAddress.Parse(address), dialer.Resolve(new DnsEndPoint(address, 80)).Address);
    }

    [Theory]
    [InlineData("""{"ttl":"inf","select":"random","policy":"preferIPv4"}""", true)]
    [InlineData("""{"ttl":"5m"}""", false)]
    [InlineData("null", false)]
    public void Names_are_asked_for_once_where_the_options_say_so(string dns, bool kept) =>
        Assert.Equal(
            kept,
            OptionsReader
                .Read(System.Text.Json.Nodes.JsonNode.Parse($$"""{"vus":1,"iterations":1,"dns":{{dns}}}""")!.AsObject())
                .IsDnsKept
        );
}
