using Jint.Native;
using Jint.Native.Object;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>The k6 modules that scripts can import here.</summary>
internal static class ModuleCatalog
{
    private static readonly Dictionary<string, Func<Vu, ObjectInstance>> Modules = new()
    {
        ["k6"] = CoreModule.Create,
        ["k6/http"] = HttpModule.Create,
        ["k6/metrics"] = MetricsModule.Create,
        ["k6/execution"] = ExecutionModule.Create,
        ["k6/data"] = DataModule.Create,
        ["k6/encoding"] = EncodingModule.Create,
        ["k6/crypto"] = CryptoModule.Create,
        ["k6/timers"] = TimersModule.Create,
        ["k6/ws"] = WebSockets.WsModule.Create,
        ["k6/websockets"] = WebSockets.WebSocketsModule.Create,
    };

    /// <summary>Whether a module can be imported.</summary>
    public static bool IsSupported(string specifier) => Modules.ContainsKey(specifier);

    /// <summary>Gives a VU the modules its script imports: as a default export, and member by member.</summary>
    public static void Install(Vu vu)
    {
        foreach (var name in vu.Test.Source.Builtins)
        {
            var exports = Modules[name](vu);
            vu.Engine.Modules.Add(
                name,
                module =>
                {
                    module.ExportValue("default", exports);
                    foreach (var (member, value) in JintValues.Members(exports))
                    {
                        module.ExportValue(member, value);
                    }
                }
            );
        }
    }
}
