//! The kubelet's settings, as written: KubeletConfiguration's own keys.
//!
//! What: the keys that eviction and node allocatable read, and those of a real
//! configuration that are accepted and not simulated.
//! Never: what they come to. Next: [`super::super::kubelet`].

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
        not simulated {
            address, allowed_unsafe_sysctls, api_version, authentication, authorization,
            #[serde(rename = "cgroupsPerQOS")] cgroups_per_qos,
            cgroup_driver, cgroup_root, #[serde(rename = "clusterDNS")] cluster_dns, cluster_domain,
            container_log_max_files, container_log_max_size, container_runtime_endpoint,
            content_type, #[serde(rename = "cpuCFSQuota")] cpu_cfs_quota,
            #[serde(rename = "cpuCFSQuotaPeriod")] cpu_cfs_quota_period, cpu_manager_policy,
            cpu_manager_policy_options, cpu_manager_reconcile_period, crash_loop_back_off,
            enable_controller_attach_detach, enable_debugging_handlers, enable_server, event_burst,
            #[serde(rename = "eventRecordQPS")] event_record_qps, #[serde(rename = "failCgroupV1")] fail_cgroup_v1, fail_swap_on, feature_gates,
            file_check_frequency, hairpin_mode, healthz_bind_address, healthz_port, http_check_frequency,
            #[serde(rename = "imageGCHighThresholdPercent")] image_gc_high_threshold_percent, #[serde(rename = "imageGCLowThresholdPercent")] image_gc_low_threshold_percent, #[serde(rename = "imageMaximumGCAge")] image_maximum_gc_age,
            #[serde(rename = "imageMinimumGCAge")] image_minimum_gc_age, image_service_endpoint, #[serde(rename = "iptablesDropBit")] iptables_drop_bit, #[serde(rename = "iptablesMasqueradeBit")] iptables_masquerade_bit, kernel_memcg_notification,
            kind, #[serde(rename = "kubeAPIBurst")] kube_api_burst, #[serde(rename = "kubeAPIQPS")] kube_api_qps,
            kube_reserved_cgroup, local_storage_capacity_isolation, logging, #[serde(rename = "makeIPTablesUtilChains")] make_iptables_util_chains,
            max_open_files, max_parallel_image_pulls, memory_manager_policy, memory_swap,
            memory_throttling_factor, merge_default_eviction_settings, metadata, node_lease_duration_seconds,
            node_status_max_images, node_status_report_frequency, node_status_update_frequency,
            oom_score_adj, #[serde(rename = "podCIDR")] pod_cidr, pod_pids_limit, pods_per_core, port,
            protect_kernel_defaults, #[serde(rename = "providerID")] provider_id, qos_reserved, read_only_port, register_node,
            register_with_taints, registry_burst, #[serde(rename = "registryPullQPS")] registry_pull_qps, reserved_memory,
            #[serde(rename = "reservedSystemCPUs")] reserved_system_cpus, resolv_conf, rotate_certificates, run_once,
            runtime_request_timeout, seccomp_default, serialize_image_pulls, server_tls_bootstrap,
            shutdown_grace_period, shutdown_grace_period_critical_pods, #[serde(rename = "singleProcessOOMKill")] single_process_oom_kill,
            static_pod_path, #[serde(rename = "staticPodURL")] static_pod_url, streaming_connection_idle_timeout, sync_frequency,
            system_cgroups, system_reserved_cgroup, tls_cert_file, tls_cipher_suites, tls_min_version, tls_private_key_file,
            topology_manager_policy, topology_manager_policy_options, topology_manager_scope, volume_plugin_dir,
            volume_stats_agg_period,
        }
    }
}
