module libp2p-ws/benchmarks/dial/delay-link

go 1.26

require golang.org/x/sys v0.47.0
