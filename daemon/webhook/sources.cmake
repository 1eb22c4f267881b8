# Sources of daemon/webhook; include from daemon/CMakeLists.txt.
set(webhook_sources webhook/address.cpp webhook/client.cpp webhook/curl_loop.cpp webhook/payload.cpp
                    webhook/url.cpp)
