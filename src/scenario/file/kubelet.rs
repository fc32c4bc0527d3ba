//! The kubelet's settings, as written: KubeletConfiguration's own keys.
//!
//! What: the keys that eviction and node allocatable read, and those of a real
//! configuration that are accepted and not simulated.
//! Never: what they come to. Next: [`crate::scenario::kubelet`].

use super::accepted::kubernetes_keys;
use std::collections::BTreeMap;

/// Signal, as `memory.available`, to quantity or percentage.
pub type SignalTexts = BTreeMap<String, String>;
/// Resource to quantity.
pub type ReservedTexts = BTreeMap<String, String>;

kubernetes_keys! {
    /// A node's kubelet. Any part of a KubeletConfiguration can be pasted here.
    pub struct KubeletFile {
        /// Evict at once when a signal falls below its line: quantity, or percentage of capacity.
        /// Naming any signal drops all the defaults.
        pub eviction_hard: Option<SignalTexts>,
        /// Evict when a signal has been below its line for its grace period.
        pub eviction_soft: Option<SignalTexts>,
        /// How long a soft threshold must be met before anyone is evicted; one for each soft threshold.
        pub eviction_soft_grace_period: Option<SignalTexts>,
        /// How far above its line a signal must rise before it counts as resolved.
        pub eviction_minimum_reclaim: Option<SignalTexts>,
        /// How long MemoryPressure outlives its last observation. Default 5m.
        pub eviction_pressure_transition_period: Option<String>,
        /// The longest grace a soft eviction gives a pod, in whole seconds. Default 0.
        pub eviction_max_pod_grace_period: Option<i32>,
        /// Kept back for Kubernetes' own daemons.
        pub kube_reserved: Option<ReservedTexts>,
        /// Kept back for the system's daemons.
        pub system_reserved: Option<ReservedTexts>,
        /// With `pods` (the default) the pods together may not use more than allocatable.
        pub enforce_node_allocatable: Option<Vec<String>>,
        /// The most pods that the node takes. Default 110.
        pub max_pods: Option<u32>,
        /// Whether the kernel kills one process of a container instead of all of it. Default false.
        #[serde(rename = "singleProcessOOMKill")]
        pub single_process_oom_kill: Option<bool>,
        not simulated {
            address = "address", allowed_unsafe_sysctls = "allowedUnsafeSysctls",
            api_version = "apiVersion", authentication = "authentication", authorization = "authorization",
            cgroups_per_qos = "cgroupsPerQOS", cgroup_driver = "cgroupDriver", cgroup_root = "cgroupRoot",
            cluster_dns = "clusterDNS", cluster_domain = "clusterDomain",
            container_log_max_files = "containerLogMaxFiles",
            container_log_max_size = "containerLogMaxSize",
            container_runtime_endpoint = "containerRuntimeEndpoint", content_type = "contentType",
            cpu_cfs_quota = "cpuCFSQuota", cpu_cfs_quota_period = "cpuCFSQuotaPeriod",
            cpu_manager_policy = "cpuManagerPolicy", cpu_manager_policy_options = "cpuManagerPolicyOptions",
            cpu_manager_reconcile_period = "cpuManagerReconcilePeriod",
            crash_loop_back_off = "crashLoopBackOff",
            enable_controller_attach_detach = "enableControllerAttachDetach",
            enable_debugging_handlers = "enableDebuggingHandlers", enable_server = "enableServer",
            event_burst = "eventBurst", event_record_qps = "eventRecordQPS",
            fail_cgroup_v1 = "failCgroupV1", fail_swap_on = "failSwapOn", feature_gates = "featureGates",
            file_check_frequency = "fileCheckFrequency", hairpin_mode = "hairpinMode",
            healthz_bind_address = "healthzBindAddress", healthz_port = "healthzPort",
            http_check_frequency = "httpCheckFrequency",
            image_gc_high_threshold_percent = "imageGCHighThresholdPercent",
            image_gc_low_threshold_percent = "imageGCLowThresholdPercent",
            image_maximum_gc_age = "imageMaximumGCAge", image_minimum_gc_age = "imageMinimumGCAge",
            image_service_endpoint = "imageServiceEndpoint", iptables_drop_bit = "iptablesDropBit",
            iptables_masquerade_bit = "iptablesMasqueradeBit",
            kernel_memcg_notification = "kernelMemcgNotification", kind = "kind",
            kube_api_burst = "kubeAPIBurst", kube_api_qps = "kubeAPIQPS",
            kube_reserved_cgroup = "kubeReservedCgroup",
            local_storage_capacity_isolation = "localStorageCapacityIsolation", logging = "logging",
            make_iptables_util_chains = "makeIPTablesUtilChains", max_open_files = "maxOpenFiles",
            max_parallel_image_pulls = "maxParallelImagePulls",
            memory_manager_policy = "memoryManagerPolicy", memory_swap = "memorySwap",
            memory_throttling_factor = "memoryThrottlingFactor",
            merge_default_eviction_settings = "mergeDefaultEvictionSettings", metadata = "metadata",
            node_lease_duration_seconds = "nodeLeaseDurationSeconds",
            node_status_max_images = "nodeStatusMaxImages",
            node_status_report_frequency = "nodeStatusReportFrequency",
            node_status_update_frequency = "nodeStatusUpdateFrequency", oom_score_adj = "oomScoreAdj",
            pod_cidr = "podCIDR", pod_pids_limit = "podPidsLimit", pods_per_core = "podsPerCore",
            port = "port", protect_kernel_defaults = "protectKernelDefaults", provider_id = "providerID",
            qos_reserved = "qosReserved", read_only_port = "readOnlyPort", register_node = "registerNode",
            register_with_taints = "registerWithTaints", registry_burst = "registryBurst",
            registry_pull_qps = "registryPullQPS", reserved_memory = "reservedMemory",
            reserved_system_cpus = "reservedSystemCPUs", resolv_conf = "resolvConf",
            rotate_certificates = "rotateCertificates", run_once = "runOnce",
            runtime_request_timeout = "runtimeRequestTimeout", seccomp_default = "seccompDefault",
            serialize_image_pulls = "serializeImagePulls", server_tls_bootstrap = "serverTlsBootstrap",
            shutdown_grace_period = "shutdownGracePeriod",
            shutdown_grace_period_critical_pods = "shutdownGracePeriodCriticalPods",
            static_pod_path = "staticPodPath",
            static_pod_url = "staticPodURL",
            streaming_connection_idle_timeout = "streamingConnectionIdleTimeout",
            sync_frequency = "syncFrequency", system_cgroups = "systemCgroups",
            system_reserved_cgroup = "systemReservedCgroup", tls_cert_file = "tlsCertFile",
            tls_cipher_suites = "tlsCipherSuites", tls_min_version = "tlsMinVersion",
            tls_private_key_file = "tlsPrivateKeyFile", topology_manager_policy = "topologyManagerPolicy",
            topology_manager_policy_options = "topologyManagerPolicyOptions",
            topology_manager_scope = "topologyManagerScope", volume_plugin_dir = "volumePluginDir",
            volume_stats_agg_period = "volumeStatsAggPeriod",
        }
    }
}
