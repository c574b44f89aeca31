using System.Net;
using PerfGate.Core.Admission;

namespace PerfGate.Tests.Admission;

public sealed class TargetRulesTests
{
    private static readonly TargetRules Shop = new() { Hosts = ["shop.example", "*.shop.example", "api.example:8443"] };

    [Theory]
    [InlineData("https://shop.example/", true)]
    [InlineData("https://SHOP.example./path", true)]
    [InlineData("http://shop.example:8080", true)]
    [InlineData("https://a.shop.example", true)]
    [InlineData("https://a.b.shop.example", true)]
    [InlineData("https://api.example:8443", true)]
    [InlineData("https://api.example", false)]
    [InlineData("https://shop.example.evil.example", false)]
    [InlineData("https://myshop.example", false)]
    [InlineData("https://evil.example/shop.example", false)]
    [InlineData("https://shop.example@evil.example", false)]
    [InlineData("https://93.184.216.34", false)]
    public void Only_what_is_on_the_list_is_a_target(string url, bool allowed) =>
        Assert.Equal(allowed, Shop.Problem(new Uri(url)) is null);

    [Theory]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://2130706433")]
    [InlineData("http://0x7f000001")]
    [InlineData("http://0177.0.0.1")]
    [InlineData("http://127.1")]
    [InlineData("http://0/")]
    [InlineData("http://[::1]")]
    [InlineData("http://[::]")]
    [InlineData("http://[::ffff:127.0.0.1]")]
    [InlineData("http://[::ffff:7f00:1]")]
    [InlineData("http://[64:ff9b::127.0.0.1]")]
    [InlineData("http://[2002:7f00:1::]")]
    [InlineData("http://10.1.2.3")]
    [InlineData("http://172.31.255.255")]
    [InlineData("http://192.168.0.1")]
    [InlineData("http://100.64.0.1")]
    [InlineData("http://[fd12::1]")]
    [InlineData("http://[::ffff:10.0.0.1]")]
    public void An_address_of_this_machine_or_of_a_private_network_needs_to_be_allowed_however_it_is_written(string url)
    {
        Assert.NotNull(new TargetRules().Problem(new Uri(url)));
        Assert.Null(TargetRules.Any.Problem(new Uri(url)));
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("168.63.129.16")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd00:ec2::23")]
    [InlineData("fd20:ce::254")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("2001:0:a9fe::1")]
    [InlineData("100.100.100.200")]
    [InlineData("::ffff:100.100.100.200")]
    [InlineData("192.0.0.192")]
    [InlineData("64:ff9b:1::a9fe:a9fe")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::1")]
    public void Metadata_links_and_many_at_once_are_never_a_target(string address)
    {
        Assert.Contains("never a target", TargetRules.Any.Problem(IPAddress.Parse(address)));
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        Assert.NotNull(TargetRules.Any.Problem(new Uri($"http://{host}/latest/meta-data")));
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:2800:220:1::1")]
    [InlineData("64:ff9b::5db8:d822")]
    public void An_address_of_the_internet_is(string address) =>
        Assert.Null(new TargetRules().Problem(IPAddress.Parse(address)));

    [Fact]
    public void What_a_load_engine_must_not_connect_to_is_what_the_rules_refuse()
    {
        var random = new Random(141421);
        foreach (
            var rules in new[]
            {
                new TargetRules(),
                TargetRules.Any,
                new TargetRules { AllowPrivate = true },
            }
        )
        {
            var forbidden = rules.Forbidden.Select(network => IPNetwork.Parse(network)).ToList();
            var bytes = new byte[4];
            for (var i = 0; i < 20_000; i++)
            {
                random.NextBytes(bytes);
                // Half of them near the ranges in question.
                bytes[0] = i % 2 == 0 ? bytes[0] : new byte[] { 10, 127, 172, 192, 169, 100, 168, 0 }[random.Next(8)];
                var address = new IPAddress(bytes);
                foreach (var one in new[] { address, Nat64(bytes) })
                {
                    Assert.Equal(rules.Problem(one) is not null, forbidden.Any(network => network.Contains(one)));
                }
            }
        }
    }

    [Theory]
    [InlineData("shop.example", true)]
    [InlineData("*.shop.example:443", true)]
    [InlineData("10.0.0.1:80", true)]
    [InlineData("[::1]:80", true)]
    [InlineData("münchen.example", true)]
    [InlineData("", false)]
    [InlineData("*", false)]
    [InlineData("*.", false)]
    [InlineData("*.10.0.0.1", false)]
    [InlineData("https://shop.example", false)]
    [InlineData("shop.example/path", false)]
    [InlineData("shop.*.example", false)]
    [InlineData("user@shop.example", false)]
    [InlineData("shop.example:99999", false)]
    public void A_rule_is_a_host_or_what_is_below_one(string text, bool usable) =>
        Assert.Equal(usable, TargetRules.IsHostRule(text));

    [Fact]
    public void Names_in_other_scripts_are_compared_as_DNS_knows_them()
    {
        var rules = new TargetRules { Hosts = ["münchen.example"] };

        Assert.Null(rules.Problem(new Uri("https://xn--mnchen-3ya.example")));
        Assert.Null(rules.Problem(new Uri("https://MÜNCHEN.example")));
        Assert.NotNull(rules.Problem(new Uri("https://munchen.example")));
    }

    private static IPAddress Nat64(byte[] bytes) => new([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes]);
}
