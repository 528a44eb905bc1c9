package samples

import "time"

// flumeClocks is the one clock of the cluster's hosts.
var flumeClocks = []clock{{layout: "2006-01-02 15:04:05,", fraction: 3, zone: chinaTime}}

var chinaTime = time.FixedZone("CST", 8*60*60)

// flumeMix is what a healthy Flume server writes, with the stack traces of peers that hung up, which are nobody's fault.
var flumeMix = mix{
	{12, `«A» | INFO  | [New I/O server boss #«1»] |  [id: 0x«x8», /«client»:4«*4» => /10.20.40.21:21154] OPEN  | org.apache.avro.ipc.NettyServer$NettyServerAvroHandler.handleUpstream(NettyServer.java:171)`},
	{12, `«A» | INFO  | [New I/O  worker #«1»] |  [id: 0x«x8», /«client»:4«*4» => /10.20.40.21:21154] BOUND: /10.20.40.21:21154  | org.apache.avro.ipc.NettyServer$NettyServerAvroHandler.handleUpstream(NettyServer.java:171)`},
	{12, `«A» | INFO  | [New I/O  worker #«1»] |  [id: 0x«x8», /«client»:4«*4» :> /10.20.40.21:21154] DISCONNECTED  | org.apache.avro.ipc.NettyServer$NettyServerAvroHandler.handleUpstream(NettyServer.java:171)`},
	{10, `«A» | INFO  | [New I/O  worker #«1»] |  Connection to /«client»:4«*4» disconnected.  | org.apache.avro.ipc.NettyServer$NettyServerAvroHandler.channelClosed(NettyServer.java:209)`},
	{14, `«A» | INFO  | [hdfs-hdfs_sink-call-runner-«1»] |  Creating hdfs://hacluster/flume/«topic»/events.«*13».tmp  | org.apache.flume.sink.hdfs.BucketWriter.open(BucketWriter.java:246)`},
	{14, `«A» | INFO  | [hdfs-hdfs_sink-roll-timer-0] |  Closing hdfs://hacluster/flume/«topic»/events.«*13».tmp  | org.apache.flume.sink.hdfs.BucketWriter.doClose(BucketWriter.java:438)`},
	{14, `«A» | INFO  | [hdfs-hdfs_sink-call-runner-«1»] |  Renaming hdfs://hacluster/flume/«bucket».tmp to hdfs://hacluster/flume/«=»  | org.apache.flume.sink.hdfs.BucketWriter$7.call(BucketWriter.java:681)`},
	{6, `«A» | INFO  | [hdfs-hdfs_sink-roll-timer-0] |  Writer callback called.  | org.apache.flume.sink.hdfs.HDFSEventSink$1.run(HDFSEventSink.java:393)`},
	{10, `«A» | INFO  | [Log-BackgroundWorker-file_channel] |  Start checkpoint for /srv/BigData/flume/checkpoint/checkpoint, elements to sync = «*4»  | org.apache.flume.channel.file.EventQueueBackingStoreFile.beginCheckpoint(EventQueueBackingStoreFile.java:230)`},
	{10, `«A» | INFO  | [Log-BackgroundWorker-file_channel] |  Updating checkpoint metadata: logWriteOrderID: «*13», queueSize: «*2», queueHead: «*6»  | org.apache.flume.channel.file.EventQueueBackingStoreFile.checkpoint(EventQueueBackingStoreFile.java:255)`},
	{10, `«A» | INFO  | [Log-BackgroundWorker-file_channel] |  Updated checkpoint for file: /srv/BigData/flume/data/log-«2» position: «*9» logWriteOrderID: «*13»  | org.apache.flume.channel.file.Log.writeCheckpoint(Log.java:1065)`},
	{2, `«A» | INFO  | [pool-22-thread-1] |  flume current metrics:{"CHANNEL.file_channel":{"ChannelCapacity":"1000000","ChannelFillPercentage":"0.0«*2»","Type":"CHANNEL","ChannelSize":"«*2»","EventTakeSuccessCount":"«*7»","StopTime":"0"},"SINK.hdfs_sink":{"ConnectionFailedCount":"0","BatchCompleteCount":"«*5»","EventDrainSuccessCount":"«*7»","Type":"SINK","StopTime":"0"},"SOURCE.avro_source":{"EventAcceptedCount":"«*7»","OpenConnectionCount":"«1»","Type":"SOURCE","StopTime":"0"}}  | org.apache.flume.monitor.MetricsReporter.report(MetricsReporter.java:118)`},
	{1, `«A» | INFO  | [conf-file-poller-0] |  Creating RegexFilteringInterceptor: regex=^(INFO|WARN|ERROR),excludeEvents=false  | org.apache.flume.interceptor.RegexFilteringInterceptor$Builder.build(RegexFilteringInterceptor.java:142)`},
	{8, `«A» | INFO  | [SinkRunner-PollingRunner-DefaultSinkProcessor] | SRCIP=null OPERATION=close`},
	{2, `«A» | WARN  | [DataStreamer for file /flume/«topic»/events.«13».tmp block BP-«9»-10.20.40.31-«13»:blk_«10»_«7»] |  Slow waitForAckedSeqno took «*5»ms (threshold=30000ms)  | org.apache.hadoop.hdfs.DataStreamer.waitForAckedSeqno(DataStreamer.java:903)`},
	{8, `«A» | WARN  | [New I/O  worker #«1»] |  Unexpected exception from downstream.  | org.apache.avro.ipc.NettyServer$NettyServerAvroHandler.exceptionCaught(NettyServer.java:201)
java.io.IOException: Connection reset by peer
	at sun.nio.ch.FileDispatcherImpl.read0(Native Method)
	at sun.nio.ch.SocketDispatcher.read(SocketDispatcher.java:39)
	at sun.nio.ch.IOUtil.readIntoNativeBuffer(IOUtil.java:223)
	at sun.nio.ch.IOUtil.read(IOUtil.java:192)
	at sun.nio.ch.SocketChannelImpl.read(SocketChannelImpl.java:379)
	at org.jboss.netty.channel.socket.nio.NioWorker.read(NioWorker.java:64)
	at org.jboss.netty.channel.socket.nio.AbstractNioWorker.process(AbstractNioWorker.java:109)
	at org.jboss.netty.channel.socket.nio.AbstractNioSelector.run(AbstractNioSelector.java:312)
	at org.jboss.netty.channel.socket.nio.NioWorker.run(NioWorker.java:178)
	at java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1149)
	at java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:624)
	at java.lang.Thread.run(Thread.java:748)`},
}

var flumeSymptoms = []string{
	`«A» | ERROR | [conf-file-poller-0] |  Source avro_source has been removed due to an error during configuration  | org.apache.flume.node.AbstractConfigurationProvider.loadSources(AbstractConfigurationProvider.java:388)
org.apache.flume.FlumeException: Avro source configured with invalid keystore: ` + flumeConf + `flume_sChat.jks
	at org.apache.flume.source.AvroSource.configure(AvroSource.java:211)
	at org.apache.flume.conf.Configurables.configure(Configurables.java:41)
Caused by: java.io.IOException: Invalid keystore format
	... 11 more`,
	`«A» | ERROR | [SinkRunner-PollingRunner-DefaultSinkProcessor] |  opreation the hdfs file errors.  | org.apache.flume.sink.hdfs.HDFSEventSink.process(HDFSEventSink.java:414)`,
	`«A» | ERROR | [hdfs-hdfs_sink-call-runner-«1»] |  execute hdfs error. {}  | org.apache.flume.sink.hdfs.HDFSEventSink$3.call(HDFSEventSink.java:744)
java.net.ConnectException: Call From 10-20-40-21/10.20.40.21 to 10-20-40-31:25000 failed on connection exception: java.net.ConnectException: Connection refused; For more details see:  http://wiki.apache.org/hadoop/ConnectionRefused`,
}

// flumeIdleMix is what a Flume server writes that lost its source: housekeeping, and nothing comes in.
var flumeIdleMix = mix{
	{4, `«A» | INFO  | [Log-BackgroundWorker-file_channel] |  Start checkpoint for /srv/BigData/flume/checkpoint/checkpoint, elements to sync = 0  | org.apache.flume.channel.file.EventQueueBackingStoreFile.beginCheckpoint(EventQueueBackingStoreFile.java:230)`},
	{4, `«A» | INFO  | [Log-BackgroundWorker-file_channel] |  Updated checkpoint for file: /srv/BigData/flume/data/log-42 position: 88211403 logWriteOrderID: «*13»  | org.apache.flume.channel.file.Log.writeCheckpoint(Log.java:1065)`},
	{2, `«A» | INFO  | [pool-22-thread-1] |  flume current metrics:{"CHANNEL.file_channel":{"ChannelCapacity":"1000000","ChannelFillPercentage":"0.0","Type":"CHANNEL","ChannelSize":"0","StopTime":"0"},"SINK.hdfs_sink":{"ConnectionFailedCount":"0","BatchEmptyCount":"«*4»","Type":"SINK","StopTime":"0"}}  | org.apache.flume.monitor.MetricsReporter.report(MetricsReporter.java:118)`},
}

// flumeClientMix is what a healthy Flume client writes.
var flumeClientMix = mix{
	{4, `«A» | INFO  | [PollableSourceRunner-TaildirSource-taildir_source] |  Opening file: /var/log/app/«topic».log, inode: «8», pos: «*8»  | org.apache.flume.source.taildir.TailFile.<init>(TailFile.java:62)`},
	{4, `«A» | INFO  | [taildir-source-idleFileChecker-0] |  Closed file: /var/log/app/«topic».log, inode: «8», pos: «*8»  | org.apache.flume.source.taildir.TaildirSource.closeTailFiles(TaildirSource.java:318)`},
	{2, `«A» | INFO  | [pool-9-thread-1] |  flume current metrics:{"CHANNEL.mem_channel":{"ChannelCapacity":"10000","ChannelFillPercentage":"0.«*2»","Type":"CHANNEL","StopTime":"0"},"SINK.avro_sink":{"ConnectionFailedCount":"0","EventDrainSuccessCount":"«*6»","Type":"SINK","StopTime":"0"},"SOURCE.taildir_source":{"EventAcceptedCount":"«*6»","Type":"SOURCE","StopTime":"0"}}  | org.apache.flume.monitor.MetricsReporter.report(MetricsReporter.java:118)`},
}

// monitorMix is what MonitorServer writes.
var monitorMix = mix{
	{3, `«A» | INFO  | [qtp«9»-«2»] |  Session «x16» accepted from /10.20.40.«2»:4«*4»  | org.apache.flume.monitor.MonitorServer.accept(MonitorServer.java:97)`},
	{3, `«A» | INFO  | [pool-3-thread-«1»] |  Collected metrics of 2 agents in «*2» ms  | org.apache.flume.monitor.Collector.run(Collector.java:64)`},
}

// auditMix is what the audit log holds: the layout without a location.
var auditMix = mix{
	{8, `«A» | INFO  | [SinkRunner-PollingRunner-DefaultSinkProcessor] | SRCIP=null OPERATION=close`},
	{2, `«A» | INFO  | [SinkRunner-PollingRunner-DefaultSinkProcessor] | SRCIP=null OPERATION=open`},
	{1, `«A» | INFO  | [conf-file-poller-0] | SRCIP=10.20.40.12 OPERATION=reload`},
}
