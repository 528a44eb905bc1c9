package samples

import (
	"fmt"
	"strings"
	"time"
)

const (
	flumeConf       = "/opt/Bigdata/FusionInsight_Porter_8.3.0/install/FusionInsight-Flume-1.11.0/flume/conf/"
	flumeClientConf = "/opt/FlumeClient/fusioninsight-flume-1.11.0/conf/"
)

// flumeTime is a time of the case's morning on the cluster's clock.
func flumeTime(hour, minute int) time.Time {
	return time.Date(2026, time.March, 11, hour, minute, 0, 0, chinaTime)
}

// flumeBundle is the log download of an MRS cluster, with the client's logs and the server's conf directory copied by hand. At 08:00 the
// Flume server was restarted with damaged certificate files: it dropped its Avro source, and its clients are refused since.
func flumeBundle() ([]byte, error) {
	end := flumeTime(8, 20)
	const (
		server  = "flume/flume/"
		monitor = "flume/monitor/"
		client  = "flume-client-1/flume/"
		conf    = "install/FusionInsight-Flume-1.11.0/flume/conf/"
	)
	return packZip([]member{
		{server + "flumeServer.log", flumeServerLog(), end},
		{server + "startDetail.log", flumeStartDetail, flumeTime(8, 1)},
		{server + "flumeServer-gc.log.0", flumeGC(), end},
		{monitor + "monitorServer.log", traffic(monitorMix, flumeClocks, flumeTime(7, 30), end, 40, 71), end},
		{client + "FlumeClient.log", flumeClientLog(), end},
		{client + "Flume-audit.log", traffic(auditMix, flumeClocks, flumeTime(7, 30), end, 30, 72), end},
		{conf + "properties.properties", flumeProperties, flumeTime(2, 15)},
		{conf + "ENV_VARS", flumeEnvVars, flumeTime(2, 15)},
		{conf + "flume_sChat.crt", cutShort(flumeServerCertificate), flumeTime(7, 58)},
		{conf + "flume_cChat.crt", flumeClientCertificate, flumeTime(7, 58)},
		{"topo_20260311082114.txt", flumeTopology, end},
	})
}

// flumeServerLog is half an hour of traffic, the restart, and the quiet after it.
func flumeServerLog() string {
	return traffic(flumeMix, flumeClocks, flumeTime(7, 30), flumeTime(7, 59), 220, 73) +
		flumeRestart +
		traffic(flumeIdleMix, flumeClocks, flumeTime(8, 1), flumeTime(8, 20), 40, 74)
}

// flumeClientLog is traffic until the server's restart, then the same failure every half minute.
func flumeClientLog() string {
	var out strings.Builder
	out.WriteString(traffic(flumeClientMix, flumeClocks, flumeTime(7, 30), flumeTime(7, 59), 60, 75))
	out.WriteString(flumeClientClosed)
	for t := flumeTime(8, 0).Add(12 * time.Second); t.Before(flumeTime(8, 20)); t = t.Add(31 * time.Second) {
		stamp := t.Format("2006-01-02 15:04:05")
		fmt.Fprintf(&out, flumeClientRefused, stamp, t.Second()*13%1000)
	}
	return out.String()
}

// flumeGC is the server's garbage collection: small collections only, nothing to worry about.
func flumeGC() string {
	var out strings.Builder
	rng := newRand(76)
	for i := range 90 {
		t := flumeTime(7, 30).Add(time.Duration(i)*33*time.Second + time.Duration(rng.IntN(900))*time.Millisecond)
		stamp := t.Format("2006-01-02T15:04:05.000-0700")
		uptime := t.Sub(flumeTime(2, 15)).Seconds()
		after, pause := 9000+rng.IntN(9000), 0.008+rng.Float64()/100
		fmt.Fprintf(&out, "%[1]s: %.3[2]f: [GC (Allocation Failure) %[1]s: %.3[2]f: [ParNew: %[3]dK->%[4]dK(306688K), %.7[5]f secs] %[6]dK->%[7]dK(4160256K), %.7[5]f secs] [Times: user=0.03 sys=0.00, real=0.01 secs]\n",
			stamp, uptime, 272640+after, after, pause, 872640+after, 600000+after)
	}
	return out.String()
}

// cutShort is a certificate file whose writing stopped in the middle of a line.
func cutShort(pem string) string { return pem[:len(pem)*2/3] }

const flumeRestart = `2026-03-11 07:59:51,204 | INFO  | [agent-shutdown-hook] |  Stopping lifecycle supervisor 12  | org.apache.flume.lifecycle.LifecycleSupervisor.stop(LifecycleSupervisor.java:78)
2026-03-11 07:59:51,417 | INFO  | [agent-shutdown-hook] |  Avro source avro_source stopping: Avro source avro_source: { bindAddress: 10.20.40.21, port: 21154 }  | org.apache.flume.source.AvroSource.stop(AvroSource.java:317)
2026-03-11 08:00:06,118 | INFO  | [main] |  log4j dynamic load is start.  | org.apache.flume.tools.LogDynamicLoad.start(LogDynamicLoad.java:59)
2026-03-11 08:00:06,391 | INFO  | [lifecycleSupervisor-1-0] |  Configuration provider starting  | org.apache.flume.node.PollingPropertiesFileConfigurationProvider.start(PollingPropertiesFileConfigurationProvider.java:62)
2026-03-11 08:00:06,402 | INFO  | [conf-file-poller-0] |  Reloading configuration file:` + flumeConf + `properties.properties  | org.apache.flume.node.PollingPropertiesFileConfigurationProvider$FileWatcherRunnable.run(PollingPropertiesFileConfigurationProvider.java:134)
2026-03-11 08:00:06,520 | INFO  | [conf-file-poller-0] |  Post-validation flume configuration contains configuration for agents: [server]  | org.apache.flume.conf.FlumeConfiguration.validateConfiguration(FlumeConfiguration.java:163)
2026-03-11 08:00:06,533 | INFO  | [conf-file-poller-0] |  Creating channels  | org.apache.flume.node.AbstractConfigurationProvider.loadChannels(AbstractConfigurationProvider.java:151)
2026-03-11 08:00:06,611 | INFO  | [conf-file-poller-0] |  Created channel file_channel  | org.apache.flume.node.AbstractConfigurationProvider.loadChannels(AbstractConfigurationProvider.java:205)
2026-03-11 08:00:06,640 | INFO  | [conf-file-poller-0] |  Creating instance of source avro_source, type avro  | org.apache.flume.source.DefaultSourceFactory.create(DefaultSourceFactory.java:41)
2026-03-11 08:00:06,702 | ERROR | [conf-file-poller-0] |  Source avro_source has been removed due to an error during configuration  | org.apache.flume.node.AbstractConfigurationProvider.loadSources(AbstractConfigurationProvider.java:388)
org.apache.flume.FlumeException: Avro source configured with invalid keystore: ` + flumeConf + `flume_sChat.jks
	at org.apache.flume.source.AvroSource.configure(AvroSource.java:211)
	at org.apache.flume.conf.Configurables.configure(Configurables.java:41)
	at org.apache.flume.node.AbstractConfigurationProvider.loadSources(AbstractConfigurationProvider.java:325)
	at org.apache.flume.node.AbstractConfigurationProvider.getConfiguration(AbstractConfigurationProvider.java:105)
	at org.apache.flume.node.PollingPropertiesFileConfigurationProvider$FileWatcherRunnable.run(PollingPropertiesFileConfigurationProvider.java:145)
	at java.util.concurrent.Executors$RunnableAdapter.call(Executors.java:511)
	at java.util.concurrent.FutureTask.runAndReset(FutureTask.java:308)
	at java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1149)
	at java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:624)
	at java.lang.Thread.run(Thread.java:748)
Caused by: java.io.EOFException
	at java.io.DataInputStream.readFully(DataInputStream.java:197)
	at sun.security.provider.JavaKeyStore.engineLoad(JavaKeyStore.java:664)
	at java.security.KeyStore.load(KeyStore.java:1445)
	at org.apache.flume.source.AvroSource.configure(AvroSource.java:209)
	... 9 more
2026-03-11 08:00:06,733 | INFO  | [conf-file-poller-0] |  Creating instance of sink: hdfs_sink, type: hdfs  | org.apache.flume.sink.DefaultSinkFactory.create(DefaultSinkFactory.java:42)
2026-03-11 08:00:07,150 | INFO  | [conf-file-poller-0] |  Channel file_channel connected to [hdfs_sink]  | org.apache.flume.node.AbstractConfigurationProvider.getConfiguration(AbstractConfigurationProvider.java:119)
2026-03-11 08:00:07,204 | INFO  | [conf-file-poller-0] |  Starting Channel file_channel  | org.apache.flume.node.Application.startAllComponents(Application.java:171)
2026-03-11 08:00:08,377 | INFO  | [conf-file-poller-0] |  Starting Sink hdfs_sink  | org.apache.flume.node.Application.startAllComponents(Application.java:196)
`

const flumeClientClosed = `2026-03-11 07:59:51,466 | INFO  | [New I/O  worker #1] |  Connection to /10.20.40.21:21154 disconnected.  | org.apache.avro.ipc.NettyTransceiver$NettyClientAvroHandler.channelClosed(NettyTransceiver.java:480)
`

// flumeClientRefused takes a stamp to the second and its thousandths.
const flumeClientRefused = `%[1]s,%03[2]d | INFO  | [SinkRunner-PollingRunner-DefaultSinkProcessor] |  Rpc sink avro_sink: Building RpcClient with hostname: 10.20.40.21, port: 21154  | org.apache.flume.sink.AbstractRpcSink.createConnection(AbstractRpcSink.java:210)
%[1]s,%03[2]d | ERROR | [SinkRunner-PollingRunner-DefaultSinkProcessor] |  Unable to deliver event. Exception follows.  | org.apache.flume.SinkRunner$PollingRunner.run(SinkRunner.java:158)
org.apache.flume.EventDeliveryException: Failed to send events
	at org.apache.flume.sink.AbstractRpcSink.process(AbstractRpcSink.java:389)
	at org.apache.flume.sink.DefaultSinkProcessor.process(DefaultSinkProcessor.java:67)
	at org.apache.flume.SinkRunner$PollingRunner.run(SinkRunner.java:145)
	at java.lang.Thread.run(Thread.java:748)
Caused by: org.apache.flume.FlumeException: NettyAvroRpcClient { host: 10.20.40.21, port: 21154 }: RPC connection error
	at org.apache.flume.api.NettyAvroRpcClient.connect(NettyAvroRpcClient.java:182)
	at org.apache.flume.api.NettyAvroRpcClient.connect(NettyAvroRpcClient.java:121)
	at org.apache.flume.sink.AbstractRpcSink.createConnection(AbstractRpcSink.java:212)
	at org.apache.flume.sink.AbstractRpcSink.verifyConnection(AbstractRpcSink.java:270)
	at org.apache.flume.sink.AbstractRpcSink.process(AbstractRpcSink.java:347)
	... 3 more
Caused by: java.io.IOException: Error connecting to /10.20.40.21:21154
	at org.apache.avro.ipc.NettyTransceiver.getChannel(NettyTransceiver.java:261)
	at org.apache.avro.ipc.NettyTransceiver.<init>(NettyTransceiver.java:203)
	at org.apache.flume.api.NettyAvroRpcClient.connect(NettyAvroRpcClient.java:168)
	... 7 more
Caused by: java.net.ConnectException: Connection refused: /10.20.40.21:21154
	at sun.nio.ch.SocketChannelImpl.checkConnect(Native Method)
	at sun.nio.ch.SocketChannelImpl.finishConnect(SocketChannelImpl.java:716)
	at org.jboss.netty.channel.socket.nio.NioClientBoss.connect(NioClientBoss.java:152)
	at org.jboss.netty.channel.socket.nio.NioClientBoss.processSelectedKeys(NioClientBoss.java:105)
	... 17 more
`

const flumeStartDetail = `[CST 2026-03-11 08:00:01][INFO] [[checkJavaHome:88]] [JAVA_HOME is /opt/Bigdata/common/runtime/jdk1.8.0_372.] [21877]
[CST 2026-03-11 08:00:01][INFO] [[checkMemoryValidity:131]] [GC_OPTS is checked, Xmx(4096MB), free memory(56118MB).] [21877]
[CST 2026-03-11 08:00:02][INFO] [[startFlume:212]] [Begin to start flume.] [21877]
[CST 2026-03-11 08:00:09][INFO] [[startFlume:240]] [Flume is started, pid is 22014.] [21877]
`

const flumeProperties = `server.sources = avro_source
server.channels = file_channel
server.sinks = hdfs_sink
server.sources.avro_source.type = avro
server.sources.avro_source.bind = 10.20.40.21
server.sources.avro_source.port = 21154
server.sources.avro_source.ssl = true
server.sources.avro_source.keystore = ` + flumeConf + `flume_sChat.jks
server.sources.avro_source.keystore-password = ********
server.sources.avro_source.truststore = ` + flumeConf + `flume_sChatt.jks
server.sources.avro_source.truststore-password = ********
server.sources.avro_source.channels = file_channel
server.channels.file_channel.type = file
server.channels.file_channel.checkpointDir = /srv/BigData/flume/checkpoint
server.channels.file_channel.dataDirs = /srv/BigData/flume/data
server.sinks.hdfs_sink.type = hdfs
server.sinks.hdfs_sink.hdfs.path = hdfs://hacluster/flume/web
server.sinks.hdfs_sink.channel = file_channel
`

const flumeEnvVars = `JAVA_HOME=/opt/Bigdata/common/runtime/jdk1.8.0_372
FLUME_LOG_DIR=/var/log/Bigdata/flume/flume
GC_OPTS=-Xms2G -Xmx4G -XX:+UseConcMarkSweepGC -XX:+PrintGCDetails
`

const flumeTopology = `10.20.40.11|node-master1|Manager:Manager;HDFS:NameNode;ZooKeeper:quorumpeer
10.20.40.12|node-master2|Manager:Manager;HDFS:NameNode;ZooKeeper:quorumpeer
10.20.40.21|node-flume1|Flume:Flume;Flume:MonitorServer;HDFS:DataNode
10.20.40.31|node-data1|HDFS:DataNode;ZooKeeper:quorumpeer
`

// The two certificates were signed once with throw-away keys: a new pair each time would not be the same bytes.

const flumeServerCertificate = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIDb//1MAoGCCqGSM49BAMCMEkxFDASBgNVBAoTC0V4YW1w
bGUgTGFiMQ4wDAYDVQQLEwVGbHVtZTEhMB8GA1UEAxMYZmx1bWUtc2VydmVyLmxh
Yi5leGFtcGxlMB4XDTI1MDkxNTAyMDAwMFoXDTM1MDkxNTAyMDAwMFowSTEUMBIG
A1UEChMLRXhhbXBsZSBMYWIxDjAMBgNVBAsTBUZsdW1lMSEwHwYDVQQDExhmbHVt
ZS1zZXJ2ZXIubGFiLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQi
Ryfw12tdXJS88dcP44yMrjw+j1sw9GfuYORPok2vMla4c4ZTVsAtKRr1E/6R6cx0
Xqg/TnHwKMz8Lct5hVS0oxIwEDAOBgNVHQ8BAf8EBAMCB4AwCgYIKoZIzj0EAwID
SAAwRQIgSm2jo3pqky+HUnq6YsjQnVgQ/elVhax1oRzvCNd1PtQCIQDXOp4yKQcq
avaqERbaC5OkYkvuWhzi5nkDSeQ8f4WL4w==
-----END CERTIFICATE-----
`

const flumeClientCertificate = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIDb//2MAoGCCqGSM49BAMCMEkxFDASBgNVBAoTC0V4YW1w
bGUgTGFiMQ4wDAYDVQQLEwVGbHVtZTEhMB8GA1UEAxMYZmx1bWUtY2xpZW50Lmxh
Yi5leGFtcGxlMB4XDTI1MDkxNTAyMDAwMFoXDTM1MDkxNTAyMDAwMFowSTEUMBIG
A1UEChMLRXhhbXBsZSBMYWIxDjAMBgNVBAsTBUZsdW1lMSEwHwYDVQQDExhmbHVt
ZS1jbGllbnQubGFiLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATW
nLkU7ZPRvuLl7tsA9DBGYxvrGJuSQq2p11Fbx9++VYknwPjLgmnUKQQcjL1OPwtD
kvwfzHOh5tzHRfx/re6foxIwEDAOBgNVHQ8BAf8EBAMCB4AwCgYIKoZIzj0EAwID
SAAwRQIgIO3Mk2XpFPJY+/tNFYLBTaBop+Hq9zBK/ulsnlZL/qICIQCJ/peSO9By
QsxmMvpI+EmUsa3M2J2B0WTWXbmHn95y0Q==
-----END CERTIFICATE-----
`
