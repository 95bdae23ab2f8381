//! A server as the world meets it: visitors to the water, pages, programs, and those who
//! ask for too much; through real sockets.

mod acme;
mod answers;
mod assistant;
mod authority;
mod calls;
mod checkpoints;
mod client;
mod common;
mod config;
mod drawings;
mod listening;
mod networks;
mod pace;
mod pages;
mod rates;
mod requests;
mod tls;
mod visits;
mod window;
