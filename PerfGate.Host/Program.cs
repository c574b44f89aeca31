using System.CommandLine;
using PerfGate.Host.Commands;

var root = new RootCommand("PerfGate decides by a load test whether a deployment may go out.")
{
    DemoCommand.Create(),
    ServeCommand.Create(),
    TokenCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
